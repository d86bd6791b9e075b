package io.windlass.linux.netlink;

/**
 * An Ethernet address.
 *
 * @param value its 48 bits, the first byte highest
 */
public record HardwareAddress(long value) {
    private static final int LENGTH = 6;

    public HardwareAddress {
        if (value >>> (LENGTH * Byte.SIZE) != 0) {
            throw new IllegalArgumentException("hardware address of more than 48 bits: " + Long.toHexString(value));
        }
    }

    byte[] bytes() {
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bytes[i] = (byte) (value >>> (Byte.SIZE * (LENGTH - 1 - i)));
        }
        return bytes;
    }

    static HardwareAddress parse(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new MalformedNetlinkException("hardware address of " + bytes.length + " bytes");
        }
        long value = 0;
        for (byte b : bytes) {
            value = value << Byte.SIZE | Byte.toUnsignedLong(b);
        }
        return new HardwareAddress(value);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes()) {
            text.append(text.isEmpty() ? "" : ":").append("%02x".formatted(b));
        }
        return text.toString();
    }
}
