package io.windlass.image.trust;

import io.windlass.fault.Fault;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A public key of those that cosign makes or takes: ECDSA, Ed25519 or RSA, with the algorithms that its signatures may have. Immutable.
 *
 * <p>cosign hashes with SHA-256 whatever the curve; its newer versions take the hash that belongs to the curve.
 */
record VerificationKey(PublicKey key, List<String> algorithms) {
    private static final int LEAST_RSA_BITS = 2048;
    private static final Pattern PEM = Pattern.compile(
            "-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]+)-----END ([A-Z0-9 ]+)-----", Pattern.DOTALL);

    /** Reads one public key in PEM (RFC 7468, section 13); anything else is a Fault that says what it is. */
    static VerificationKey parse(byte[] pem) {
        String text = new String(pem, StandardCharsets.US_ASCII);
        Matcher block = PEM.matcher(text);
        if (!block.find()) {
            throw Fault.precondition("there is no public key in PEM in it");
        }
        if (!block.group(1).equals("PUBLIC KEY") || !block.group(3).equals("PUBLIC KEY")) {
            throw Fault.precondition("it has a " + block.group(1) + ", not a PUBLIC KEY");
        }
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw Fault.precondition("its key is not valid base64: " + e.getMessage());
        }
        if (block.find()) {
            throw Fault.precondition("it has more than one key; keyPaths and keyDatas name several");
        }
        return of(decode(encoded));
    }

    private static PublicKey decode(byte[] encoded) {
        for (String kind : List.of("EC", "EdDSA", "RSA")) {
            try {
                return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(encoded));
            } catch (InvalidKeySpecException anotherKind) {
                // The next kind may fit.
            } catch (GeneralSecurityException e) {
                throw Fault.internal("this Java does not know keys of kind " + kind, e);
            }
        }
        throw Fault.precondition("its key is none of ECDSA (P-256, P-384, P-521), Ed25519 and RSA");
    }

    private static VerificationKey of(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec ->
                new VerificationKey(
                        key, ecdsa(ec.getParams().getCurve().getField().getFieldSize()));
            case EdECPublicKey edwards
            when edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName()) ->
                new VerificationKey(key, List.of("Ed25519"));
            case RSAPublicKey rsa
            when rsa.getModulus().bitLength() >= LEAST_RSA_BITS -> new VerificationKey(key, List.of("SHA256withRSA"));
            case RSAPublicKey rsa ->
                throw Fault.precondition(
                        "its RSA key of " + rsa.getModulus().bitLength() + " bits is shorter than " + LEAST_RSA_BITS);
            default -> throw Fault.precondition("its key is of the kind " + key.getAlgorithm() + ", which is not used");
        };
    }

    private static List<String> ecdsa(int bits) {
        return switch (bits) {
            case 256 -> List.of("SHA256withECDSA");
            case 384 -> List.of("SHA256withECDSA", "SHA384withECDSA");
            case 521 -> List.of("SHA256withECDSA", "SHA512withECDSA");
            default -> throw Fault.precondition("its ECDSA key has a curve of " + bits + " bits, which is not used");
        };
    }

    boolean verifies(byte[] payload, byte[] signature) {
        return algorithms.stream().anyMatch(algorithm -> verifies(algorithm, payload, signature));
    }

    private boolean verifies(String algorithm, byte[] payload, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(payload);
            return verifier.verify(signature);
        } catch (SignatureException notOfThisForm) {
            return false;
        } catch (GeneralSecurityException e) {
            throw Fault.internal("this Java cannot verify " + algorithm, e);
        }
    }
}
