package io.windlass.tls;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key from a PEM file in any of the forms that TLS servers are given: PKCS #8 (RFC 5208), PKCS #1 (RFC 8017)
 * and SEC 1 (RFC 5915). Java itself knows the first one, which the other two are wrapped into.
 */
public final class PrivateKeyFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----([^-]*)-----END \\1-----", Pattern.DOTALL);

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int CURVE = 0xa0;
    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
    private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
    private static final byte[] ELLIPTIC_CURVE = HexFormat.of().parseHex("06072a8648ce3d0201");

    private PrivateKeyFile() {}

    /** @throws Fault FAILED_PRECONDITION with the file's name when there is no usable key in it */
    public static PrivateKey read(Path file) {
        try {
            Matcher block = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            while (block.find()) {
                switch (block.group(1)) {
                    case "PRIVATE KEY" -> {
                        return key(decode(block.group(2)));
                    }
                    case "RSA PRIVATE KEY" -> {
                        return key(wrap(RSA, decode(block.group(2))));
                    }
                    case "EC PRIVATE KEY" -> {
                        byte[] inner = decode(block.group(2));
                        return key(wrap(concat(ELLIPTIC_CURVE, curve(inner)), inner));
                    }
                    case "ENCRYPTED PRIVATE KEY" -> throw new GeneralSecurityException("it is encrypted");
                    default -> {}
                }
            }
            throw new GeneralSecurityException("there is no private key in it");
        } catch (IOException e) {
            throw unusable(file, "it cannot be read (" + e + ")", e);
        } catch (GeneralSecurityException | IllegalArgumentException | BufferUnderflowException e) {
            throw unusable(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static byte[] decode(String text) throws GeneralSecurityException {
        if (text.contains(":")) {
            throw new GeneralSecurityException("it is encrypted");
        }
        return Base64.getMimeDecoder().decode(text);
    }

    private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            Optional<PrivateKey> key = key(algorithm, pkcs8);
            if (key.isPresent()) {
                return key.get();
            }
        }
        throw new GeneralSecurityException("its key is none of RSA, EC and EdDSA");
    }

    /** Empty for a key of another algorithm. */
    private static Optional<PrivateKey> key(String algorithm, byte[] pkcs8) throws GeneralSecurityException {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
        } catch (InvalidKeySpecException e) {
            return Optional.empty();
        }
    }

    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, concat(VERSION_0, concat(element(SEQUENCE, algorithm), element(OCTET_STRING, key))));
    }

    /** The identifier of the curve, which follows version and number of the key. */
    private static byte[] curve(byte[] key) throws GeneralSecurityException {
        ByteBuffer in = ByteBuffer.wrap(key);
        in.get();
        length(in);
        skip(in);
        skip(in);
        if (!in.hasRemaining() || Byte.toUnsignedInt(in.get()) != CURVE) {
            throw new GeneralSecurityException("its key does not name its curve");
        }
        byte[] identifier = new byte[length(in)];
        in.get(identifier);
        return identifier;
    }

    private static void skip(ByteBuffer in) {
        in.get();
        in.position(length(in) + in.position());
    }

    private static int length(ByteBuffer in) {
        int first = Byte.toUnsignedInt(in.get());
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | Byte.toUnsignedInt(in.get());
        }
        return length;
    }

    private static byte[] element(int tag, byte[] content) {
        int length = content.length;
        ByteBuffer out = ByteBuffer.allocate(4 + length).put((byte) tag);
        if (length < 0x80) {
            out.put((byte) length);
        } else if (length < 0x100) {
            out.put((byte) 0x81).put((byte) length);
        } else {
            out.put((byte) 0x82).putShort((short) length);
        }
        byte[] element = new byte[out.put(content).position()];
        out.flip().get(element);
        return element;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static Fault unusable(Path file, String reason, Exception cause) {
        return new Fault(FaultKind.FAILED_PRECONDITION, "cannot use private key " + file + ": " + reason, cause);
    }
}
