package io.windlass.pod.network;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Servers that tell whoever connects the address that they see it come from, and clients that ask. */
public final class Echo {
    private static final int TIMEOUT_MILLIS = 3000;

    private final Closeable socket;

    private Echo(Closeable socket) {
        this.socket = socket;
    }

    /** Listens in the calling thread's network namespace. */
    public static Echo tcp(int port) throws IOException {
        ServerSocket server = new ServerSocket(port);
        Thread.ofPlatform().daemon().start(() -> {
            boolean stop = false;
            while (!stop) {
                try (Socket client = server.accept()) {
                    String from = client.getInetAddress().getHostAddress();
                    client.getOutputStream().write(from.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    stop = server.isClosed();
                }
            }
        });
        return new Echo(server);
    }

    public static Echo udp(int port) throws SocketException {
        DatagramSocket server = new DatagramSocket(port);
        Thread.ofPlatform().daemon().start(() -> {
            boolean stop = false;
            while (!stop) {
                try {
                    DatagramPacket packet = new DatagramPacket(new byte[64], 64);
                    server.receive(packet);
                    byte[] from = packet.getAddress().getHostAddress().getBytes(StandardCharsets.UTF_8);
                    server.send(new DatagramPacket(from, from.length, packet.getSocketAddress()));
                } catch (IOException e) {
                    stop = server.isClosed();
                }
            }
        });
        return new Echo(server);
    }

    /** Connects from the calling thread's network namespace. */
    public static String askTcp(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    public static String askUdp(InetAddress address, int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address, port);
            socket.send(new DatagramPacket(new byte[1], 1));
            DatagramPacket answer = new DatagramPacket(new byte[64], 64);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
        }
    }

    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
