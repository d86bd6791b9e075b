package io.windlass.tls;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads certificates from a file, in PEM or DER; what else lies in a PEM file is passed over. */
public final class CertificateFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----", Pattern.DOTALL);

    private CertificateFile() {}

    /** All certificates of a file, at least one, in their order. Failures are a Fault FAILED_PRECONDITION with its name. */
    public static List<X509Certificate> read(Path file) {
        try {
            InputStream in = new ByteArrayInputStream(certificates(Files.readAllBytes(file)));
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (chain.isEmpty()) {
                throw new CertificateException("there is no certificate in it");
            }
            return chain;
        } catch (IOException e) {
            throw unusable(file, "it cannot be read (" + e + ")", e);
        } catch (CertificateException e) {
            throw unusable(file, String.valueOf(e.getMessage()), e);
        }
    }

    /** Java would take a key or a comment beside the certificates for a damaged certificate. */
    private static byte[] certificates(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        return text.contains("-----BEGIN ")
                ? BLOCK.matcher(text)
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.joining("\n", "", "\n"))
                        .getBytes(StandardCharsets.ISO_8859_1)
                : content;
    }

    /** Fails when the first certificate of {@code certificates} is not for this key, as after one of two files was replaced. */
    public static void requireMatch(PrivateKey key, Path keyFile, PublicKey certified, Path certificates) {
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> key.getAlgorithm();
                    });
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw unusable(certificates, "it is not the certificate of " + keyFile, e);
        }
        throw unusable(certificates, "it is not the certificate of " + keyFile, null);
    }

    /** A fault that names the file and what is wrong with it. */
    public static Fault unusable(Path file, String reason, @Nullable Exception cause) {
        return new Fault(FaultKind.FAILED_PRECONDITION, "cannot use certificate " + file + ": " + reason, cause);
    }
}
