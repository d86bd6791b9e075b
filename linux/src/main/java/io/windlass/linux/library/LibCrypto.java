package io.windlass.linux.library;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** OpenSSL's libcrypto: hashes. See EVP_DigestInit(3). Thread-safe. */
public final class LibCrypto {
    private static final int LARGEST_HASH = 64;

    private final MethodHandle newContext;
    private final MethodHandle freeContext;
    private final MethodHandle fetch;
    private final MethodHandle init;
    private final MethodHandle update;
    private final MethodHandle end;

    private LibCrypto(NativeLibrary library) {
        newContext = library.function("EVP_MD_CTX_new", FunctionDescriptor.of(ValueLayout.ADDRESS));
        freeContext = library.function("EVP_MD_CTX_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
        fetch = library.function(
                "EVP_get_digestbyname", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        init = library.function(
                "EVP_DigestInit_ex",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        // The bytes stay where they are: the collector waits for the call, which takes some microseconds for a buffer.
        update = library.function(
                "EVP_DigestUpdate",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG),
                Linker.Option.critical(true));
        end = library.function(
                "EVP_DigestFinal_ex",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        check("SHA-256");
    }

    /** The node's library; empty where it has none of a known version. */
    public static Optional<LibCrypto> find() {
        return Holder.LIBRARY;
    }

    /** @param algorithm as the JDK names it; see {@link MessageDigest#getInstance(String)} */
    public MessageDigest digest(String algorithm) throws NoSuchAlgorithmException {
        MemorySegment type;
        try (Arena arena = Arena.ofConfined()) {
            type = (MemorySegment) fetch.invokeExact(arena.allocateFrom(algorithm.replace("-", "")));
        } catch (Throwable e) {
            throw unexpected(e);
        }
        if (type.equals(MemorySegment.NULL)) {
            throw new NoSuchAlgorithmException("libcrypto has no " + algorithm);
        }
        return new Digest(algorithm, type);
    }

    private void check(String algorithm) {
        byte[] sample = "what any library must agree about".getBytes(StandardCharsets.US_ASCII);
        try {
            byte[] expected = MessageDigest.getInstance(algorithm).digest(sample);
            if (!Arrays.equals(digest(algorithm).digest(sample), expected)) {
                throw new IllegalStateException("its " + algorithm + " is wrong");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static LinkageError unexpected(Throwable e) {
        return new LinkageError("cannot call libcrypto", e);
    }

    /** Loaded when it is first asked for. */
    private static final class Holder {
        static final Optional<LibCrypto> LIBRARY = NativeLibrary.load(List.of("libcrypto.so.3"), LibCrypto::new);
    }

    /** Not thread-safe, like any other. */
    private final class Digest extends MessageDigest {
        private final MemorySegment type;
        private final MemorySegment context;

        Digest(String algorithm, MemorySegment type) {
            super(algorithm);
            this.type = type;
            try {
                MemorySegment made = (MemorySegment) newContext.invokeExact();
                if (made.equals(MemorySegment.NULL)) {
                    throw new OutOfMemoryError("libcrypto has no memory for a hash");
                }
                // Freed with the digest.
                this.context = made.reinterpret(Arena.ofAuto(), LibCrypto.this::free);
            } catch (Throwable e) {
                throw unexpected(e);
            }
            start();
        }

        private void start() {
            try {
                succeed((int) init.invokeExact(context, type, MemorySegment.NULL));
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        private void succeed(int result) {
            if (result != 1) {
                throw new IllegalStateException("libcrypto cannot compute " + getAlgorithm());
            }
        }

        @Override
        protected void engineUpdate(byte input) {
            engineUpdate(new byte[] {input}, 0, 1);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            try {
                succeed((int) update.invokeExact(
                        context, MemorySegment.ofArray(input).asSlice(offset, length), (long) length));
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        @Override
        protected byte[] engineDigest() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment hash = arena.allocate(LARGEST_HASH);
                MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
                succeed((int) end.invokeExact(context, hash, length));
                byte[] result =
                        hash.asSlice(0, length.get(ValueLayout.JAVA_INT, 0)).toArray(ValueLayout.JAVA_BYTE);
                start();
                return result;
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        @Override
        protected void engineReset() {
            start();
        }
    }

    private void free(MemorySegment context) {
        try {
            freeContext.invokeExact(context);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
