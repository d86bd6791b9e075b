package io.windlass.nri.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class TrunkTest {
    @TempDir
    private Path folder;

    private SocketPair sockets;
    private Trunk trunk;
    private DataInputStream peerReads;
    private DataOutputStream peerWrites;

    @BeforeEach
    void connect() throws IOException {
        sockets = SocketPair.open(folder);
        trunk = new Trunk(sockets.ours());
        peerReads = new DataInputStream(Channels.newInputStream(sockets.theirs()));
        peerWrites = new DataOutputStream(Channels.newOutputStream(sockets.theirs()));
    }

    @AfterEach
    void close() {
        trunk.close();
        sockets.close();
    }

    /** The peer's first read of a message has room for 4096 bytes, header included. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 4095, 4096, 4097, 8192, 1 << 20, Frame.HEADER + Frame.MAXIMUM})
    void theFirstPieceOfAMessageHasAtMost4096Bytes(int length) throws IOException {
        byte[] message = bytes(length);
        trunk.start("test");
        trunk.send(7, message);

        byte[] first = piece(7);
        assertThat(first).hasSize(Math.min(length, 4096));
        byte[] rest = length > 4096 ? piece(7) : new byte[0];
        assertThat(Arrays.equals(join(first, rest), message)).isTrue();
    }

    @Test
    void messagesOfSeveralSendersDoNotMix() throws Exception {
        trunk.start("test");
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            byte[] message = new byte[10_000];
            Arrays.fill(message, (byte) i);
            int connection = i;
            senders.add(Thread.ofVirtual().start(() -> {
                try {
                    trunk.send(connection, message);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (int i = 0; i < 8; i++) {
            int connection = peerReads.readInt();
            byte[] first = new byte[peerReads.readInt()];
            peerReads.readFully(first);
            byte[] all = join(first, piece(connection));
            assertThat(all).hasSize(10_000).containsOnly(connection);
        }
        for (Thread sender : senders) {
            sender.join();
        }
    }

    @Test
    void aSenderDoesNotWaitForAPeerThatDoesNotReadAndGivesUpInTheEnd() {
        trunk.start("test");
        byte[] message = bytes(Frame.MAXIMUM);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        trunk.send(1, message);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the peer does not read");
    }

    @Test
    void piecesOfTwoConnectionsThatInterleaveAreToldApart() throws IOException {
        InputStream one = trunk.open(1);
        InputStream two = trunk.open(2);
        trunk.start("test");
        send(1, "he");
        send(2, "wor");
        send(1, "llo");
        send(2, "ld");
        sockets.theirs().shutdownOutput();
        assertThat(one.readAllBytes()).asString().isEqualTo("hello");
        assertThat(two.readAllBytes()).asString().isEqualTo("world");
    }

    @Test
    void emptyPiecesAndConnectionsThatNobodyOpenedAreNoEnd() throws IOException {
        InputStream one = trunk.open(1);
        trunk.start("test");
        send(1, "");
        send(99, "for nobody");
        send(1, "after");
        sockets.theirs().shutdownOutput();
        assertThat(one.readAllBytes()).asString().isEqualTo("after");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Frame.HEADER + Frame.MAXIMUM + 1, Integer.MAX_VALUE})
    void aPieceLongerThanAMessageMayBeEndsTheConnection(int length) throws IOException {
        InputStream one = trunk.open(1);
        trunk.start("test");
        peerWrites.writeInt(1);
        peerWrites.writeInt(length);
        assertThat(one.read()).isEqualTo(-1);
        assertThat(trunk.closed()).isTrue();
        assertThat(peerReads.read()).isEqualTo(-1);
    }

    @Test
    void aPeerThatGoesInTheMiddleOfAPieceEndsTheConnection() throws IOException {
        InputStream one = trunk.open(1);
        trunk.start("test");
        peerWrites.writeInt(1);
        peerWrites.writeInt(100);
        peerWrites.write(new byte[99]);
        sockets.theirs().close();
        assertThat(one.read()).isEqualTo(-1);
        assertThat(trunk.closed()).isTrue();
    }

    @Test
    void aPeerWhosePiecesNobodyTakesIsGivenUp() throws IOException {
        InputStream one = trunk.open(1);
        trunk.start("test");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < Inlet.PIECES + 2; i++) {
                        send(1, "x");
                    }
                    peerReads.readInt();
                })
                .isInstanceOf(IOException.class);
        assertThat(one.readAllBytes()).hasSize(Inlet.PIECES);
    }

    @Test
    void aPeerWhoseBytesNobodyTakesIsGivenUp() {
        trunk.open(1);
        trunk.start("test");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 4; i++) {
                        peerWrites.writeInt(1);
                        peerWrites.writeInt(Frame.MAXIMUM);
                        peerWrites.write(new byte[Frame.MAXIMUM]);
                    }
                    peerReads.readInt();
                })
                .isInstanceOf(IOException.class);
        assertThat(trunk.closed()).isTrue();
    }

    @Test
    void whatIsSentAfterTheEndIsRefused() {
        trunk.start("test");
        trunk.close();
        trunk.close();
        assertThatThrownBy(() -> trunk.send(1, new byte[] {1})).hasMessage("the connection is closed");
    }

    @Test
    void framesAreReadBackAsTheyWereWritten() throws IOException {
        Frame frame = new Frame(5, Frame.REQUEST, (byte) 1, bytes(300));
        Frame read = Frame.read(input(frame.bytes()));
        assertThat(read.stream()).isEqualTo(5);
        assertThat(read.type()).isEqualTo(Frame.REQUEST);
        assertThat(read.flags()).isEqualTo((byte) 1);
        assertThat(read.data()).isEqualTo(frame.data());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Frame.MAXIMUM + 1})
    void aFrameThatSaysItIsTooLongIsRefusedUnread(int length) {
        byte[] bytes = new Frame(1, Frame.REQUEST, (byte) 0, new byte[0]).bytes();
        java.nio.ByteBuffer.wrap(bytes).putInt(length);
        assertThatThrownBy(() -> Frame.read(input(bytes)))
                .hasMessage("a ttrpc message of " + Integer.toUnsignedLong(length) + " bytes, more than 4194304");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 9, 11})
    void aFrameThatIsCutOffIsAnEnd(int length) {
        byte[] bytes = new Frame(1, Frame.REQUEST, (byte) 0, bytes(5)).bytes();
        assertThatThrownBy(() -> Frame.read(input(Arrays.copyOf(bytes, length))))
                .isInstanceOf(EOFException.class);
    }

    private static DataInputStream input(byte[] bytes) {
        return new DataInputStream(new java.io.ByteArrayInputStream(bytes));
    }

    private void send(int connection, String text) throws IOException {
        peerWrites.writeInt(connection);
        peerWrites.writeInt(text.length());
        peerWrites.writeBytes(text);
    }

    private byte[] piece(int connection) throws IOException {
        assertThat(peerReads.readInt()).isEqualTo(connection);
        byte[] piece = new byte[peerReads.readInt()];
        peerReads.readFully(piece);
        return piece;
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
