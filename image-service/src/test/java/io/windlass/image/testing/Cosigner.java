package io.windlass.image.testing;

import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.reference.Digest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Signs images as cosign does, with a key of its own. */
public final class Cosigner {
    private final KeyPair keys;
    private final String algorithm;

    private Cosigner(KeyPair keys, String algorithm) {
        this.keys = keys;
        this.algorithm = algorithm;
    }

    /** What cosign makes: ECDSA on P-256 with SHA-256. */
    public static Cosigner make() {
        return ecdsa("secp256r1", "SHA256withECDSA");
    }

    public static Cosigner ecdsa(String curve, String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return new Cosigner(generator.generateKeyPair(), algorithm);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Cosigner ed25519() {
        try {
            return new Cosigner(KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), "Ed25519");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Cosigner rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return new Cosigner(generator.generateKeyPair(), "SHA256withRSA");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public String publicKey() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    public byte[] sign(byte[] payload) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(keys.getPrivate());
            signature.update(payload);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The simple signing document that says that {@code name} is {@code manifest}. */
    public static byte[] payload(Digest manifest, String name) {
        return """
                {"critical":{"identity":{"docker-reference":"%s"},"image":{"docker-manifest-digest":"%s"},\
                "type":"cosign container image signature"},"optional":null}""".formatted(name, manifest).getBytes(StandardCharsets.UTF_8);
    }

    /** The artifact with one signature. */
    public ImageBuilder.Built signature(Digest manifest, String name) {
        byte[] payload = payload(manifest, name);
        return artifact(payload, Base64.getEncoder().encodeToString(sign(payload)));
    }

    /** An artifact whose payload and signature need not fit together. */
    public static ImageBuilder.Built artifact(byte[] payload, String signature) {
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        Map<Digest, byte[]> blobs = new LinkedHashMap<>();
        blobs.put(Digest.sha256(config), config);
        blobs.put(Digest.sha256(payload), payload);
        byte[] manifest = """
                {"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","size":%d,"digest":"%s"},\
                "layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":%d,"digest":"%s",\
                "annotations":{"dev.cosignproject.cosign/signature":"%s"}}]}""".formatted(
                        MediaTypes.OCI_MANIFEST,
                        MediaTypes.OCI_CONFIG,
                        config.length,
                        Digest.sha256(config),
                        payload.length,
                        Digest.sha256(payload),
                        signature)
                .getBytes(StandardCharsets.UTF_8);
        return new ImageBuilder.Built(MediaTypes.OCI_MANIFEST, manifest, Digest.sha256(config), blobs);
    }

    /** Where the signatures of a manifest are. */
    public static String tag(Digest manifest) {
        return manifest.toString().replace(':', '-') + ".sig";
    }
}
