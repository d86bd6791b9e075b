package io.windlass.nri.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.windlass.fault.Fault;
import io.windlass.nri.ttrpc.RpcException.Reason;
import io.windlass.proto.nri.Empty;
import io.windlass.proto.nri.OptionalString;
import io.windlass.proto.ttrpc.Request;
import io.windlass.proto.ttrpc.Response;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class RpcTest {
    private static final Duration LONG = Duration.ofSeconds(15);
    private static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    private Path folder;

    private final CountDownLatch ended = new CountDownLatch(1);
    private SocketPair sockets;
    private Trunk ours;
    private Trunk theirs;
    private RpcClient client;
    private DataInputStream requests;

    @BeforeEach
    void connect() throws IOException {
        sockets = SocketPair.open(folder);
        ours = new Trunk(sockets.ours());
        theirs = new Trunk(sockets.theirs());
        client = new RpcClient(ours, 1, ended::countDown);
        client.start("answers");
        requests = new DataInputStream(theirs.open(1));
    }

    @AfterEach
    void close() {
        ours.close();
        theirs.close();
        sockets.close();
    }

    @Test
    void callsAtTheSameTimeGetEachItsOwnAnswerInWhateverOrderTheyCome() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        serve(new RpcServer(theirs, 1).on("test", "Echo", OptionalString.parser(), text -> {
            if (text.getValue().equals("0")) {
                await(slow);
            }
            return OptionalString.newBuilder()
                    .setValue("answer " + text.getValue())
                    .build();
        }));
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String text = Integer.toString(i);
                answers.add(callers.submit(() -> echo(text, LONG)));
            }
            for (int i = 49; i > 0; i--) {
                assertThat(answers.get(i).get()).isEqualTo("answer " + i);
            }
            assertThat(answers.getFirst().isDone()).isFalse();
            slow.countDown();
            assertThat(answers.getFirst().get()).isEqualTo("answer 0");
        }
    }

    @Test
    void requestsAreOddStreamsThatGrow() throws Exception {
        peer();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                callers.submit(() -> echo("text", LONG));
            }
            for (int i = 0; i < 20; i++) {
                Frame frame = Frame.read(requests);
                assertThat(frame.type()).isEqualTo(Frame.REQUEST);
                assertThat(frame.stream()).isEqualTo(2 * i + 1);
                Request request = Request.parseFrom(frame.data());
                assertThat(request.getService()).isEqualTo("test");
                assertThat(request.getMethod()).isEqualTo("Echo");
                assertThat(request.getTimeoutNano()).isEqualTo(LONG.toNanos());
                answer(
                        frame.stream(),
                        OptionalString.newBuilder().setValue("x").build().toByteString());
            }
        }
    }

    @Test
    void aPeerThatDoesNotAnswerIsATimeoutAndItsLateAnswerIsIgnored() throws Exception {
        peer();
        assertThatThrownBy(() -> echo("one", SHORT))
                .isInstanceOfSatisfying(RpcException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.TIMEOUT);
                    assertThat(e.lost()).isTrue();
                })
                .hasMessage("no answer to Echo within 50 ms");
        Frame late = Frame.read(requests);
        answer(
                late.stream(),
                OptionalString.newBuilder().setValue("late").build().toByteString());
        try (ExecutorService caller = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> second = caller.submit(() -> echo("two", LONG));
            Frame frame = Frame.read(requests);
            answer(
                    frame.stream(),
                    OptionalString.newBuilder().setValue("in time").build().toByteString());
            assertThat(second.get()).isEqualTo("in time");
        }
    }

    @Test
    void aRefusalIsTheCallersErrorWithThePeersWords() {
        serve(new RpcServer(theirs, 1).on("test", "Echo", OptionalString.parser(), text -> {
            throw Fault.precondition("I do not like " + text.getValue());
        }));
        assertThatThrownBy(() -> echo("that", LONG))
                .isInstanceOfSatisfying(RpcException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.REFUSED);
                    assertThat(e.lost()).isFalse();
                })
                .hasMessage("I do not like that");
    }

    @Test
    void aServerThatFailsStillAnswers() {
        serve(new RpcServer(theirs, 1).on("test", "Echo", OptionalString.parser(), _ -> {
            throw new IllegalStateException("a mistake");
        }));
        assertThatThrownBy(() -> echo("text", LONG))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
                .hasMessageContaining("a mistake");
    }

    @Test
    void anUnknownMethodIsToldFromARefusal() {
        serve(new RpcServer(theirs, 1));
        assertThatThrownBy(() -> echo("text", LONG))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_CALL))
                .hasMessage("there is no method test/Echo");
    }

    @Test
    void aRequestThatIsNoMessageIsRefused() throws Exception {
        new RpcServer(ours, 2)
                .on("test", "Echo", OptionalString.parser(), text -> text)
                .start("server");
        DataInputStream answers = new DataInputStream(theirs.open(2));
        ours.start("ours");
        theirs.start("theirs");
        byte[] request = Request.newBuilder()
                .setService("test")
                .setMethod("Echo")
                .setPayload(ByteString.copyFrom(new byte[] {0x0a, 0x7f}))
                .build()
                .toByteArray();
        theirs.send(2, new Frame(9, Frame.REQUEST, (byte) 0, request).bytes());
        Frame answer = Frame.read(answers);
        assertThat(answer.stream()).isEqualTo(9);
        assertThat(answer.type()).isEqualTo(Frame.RESPONSE);
        assertThat(Response.parseFrom(answer.data()).getStatus()).satisfies(status -> {
            assertThat(status.getCode()).isEqualTo(3);
            assertThat(status.getMessage()).startsWith("cannot read the request of test/Echo: ");
        });
    }

    @Test
    void aRequestLongerThanAMessageIsNotSent() throws Exception {
        serve(new RpcServer(theirs, 1).on("test", "Echo", OptionalString.parser(), text -> text));
        assertThatThrownBy(() -> echo("x".repeat(Frame.MAXIMUM), LONG))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LONG));
        assertThat(echo("short", LONG)).isEqualTo("short");
    }

    @Test
    void theLongestMessagesGoThroughBothWays() throws Exception {
        serve(new RpcServer(theirs, 1).on("test", "Echo", OptionalString.parser(), text -> text));
        String text = "x".repeat(Frame.MAXIMUM - 100);
        assertThat(echo(text, LONG).length()).isEqualTo(text.length());
    }

    @Test
    void anAnswerLongerThanAMessageIsAnError() {
        serve(new RpcServer(theirs, 1)
                .on(
                        "test",
                        "Echo",
                        OptionalString.parser(),
                        _ -> OptionalString.newBuilder()
                                .setValue("x".repeat(Frame.MAXIMUM))
                                .build()));
        assertThatThrownBy(() -> echo("text", LONG)).hasMessageContaining("the answer is longer than");
    }

    @Test
    void moreCallsAtATimeThanAreTakenAreRefused() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        serve(new RpcServer(theirs, 1).on("test", "Echo", OptionalString.parser(), text -> {
            await(go);
            return text;
        }));
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i <= RpcServer.AT_ONCE; i++) {
                answers.add(callers.submit(() -> echo("text", LONG)));
            }
            while (answers.stream().noneMatch(Future::isDone)) {
                Thread.onSpinWait();
            }
            go.countDown();
            List<String> refused = new ArrayList<>();
            for (Future<String> answer : answers) {
                try {
                    answer.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    refused.add(e.getMessage());
                }
            }
            assertThat(refused).singleElement().asString().contains("more than 64 calls at a time");
        }
    }

    @Test
    void whoWaitsHearsOfTheEndAtOnceAndLaterCallsToo() throws Exception {
        peer();
        try (ExecutorService caller = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> answer = caller.submit(() -> echo("text", LONG));
            Frame.read(requests);
            theirs.close();
            assertThatThrownBy(answer::get).hasMessageContaining("the connection was closed during Echo");
        }
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> echo("more", LONG))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
    }

    @Test
    void anAnswerThatIsSentJustBeforeTheEndStillArrives() throws Exception {
        peer();
        try (ExecutorService caller = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> answer = caller.submit(() -> echo("text", LONG));
            int stream = Frame.read(requests).stream();
            byte[] response = Response.newBuilder()
                    .setPayload(OptionalString.newBuilder()
                            .setValue("last words")
                            .build()
                            .toByteString())
                    .build()
                    .toByteArray();
            byte[] frame = new Frame(stream, Frame.RESPONSE, (byte) 0, response).bytes();
            sockets.theirs()
                    .write(ByteBuffer.allocate(8 + frame.length)
                            .putInt(1)
                            .putInt(frame.length)
                            .put(frame)
                            .flip());
            sockets.theirs().shutdownOutput();
            assertThat(answer.get()).isEqualTo("last words");
        }
    }

    @Test
    void anAnswerThatCannotBeReadIsTheFailureOfItsCall() throws Exception {
        peer();
        try (ExecutorService caller = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> answer = caller.submit(() -> echo("text", LONG));
            answer(Frame.read(requests).stream(), ByteString.copyFrom(new byte[] {0x0a, 0x7f}));
            assertThatThrownBy(answer::get).hasMessageContaining("an answer to Echo that cannot be read");
        }
    }

    @Test
    void aFrameThatIsNoRequestEndsTheServersConnection() throws Exception {
        new RpcServer(ours, 2).start("server");
        ours.start("trunk");
        theirs.start("peer");
        theirs.send(2, new Frame(1, (byte) 3, (byte) 0, new byte[0]).bytes());
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ours.closed()).isTrue();
    }

    private String echo(String text, Duration timeout) throws RpcException, InterruptedException {
        return client.call(
                        "test",
                        "Echo",
                        OptionalString.newBuilder().setValue(text).build(),
                        OptionalString.parser(),
                        timeout)
                .getValue();
    }

    private void serve(RpcServer server) {
        server.on("test", "Other", Empty.parser(), empty -> empty);
        server.start("server");
        ours.start("ours");
        theirs.start("theirs");
    }

    /** The other side is this test itself. */
    private void peer() {
        ours.start("ours");
        theirs.start("theirs");
    }

    private void answer(int stream, ByteString payload) throws IOException {
        byte[] response = Response.newBuilder().setPayload(payload).build().toByteArray();
        theirs.send(1, new Frame(stream, Frame.RESPONSE, (byte) 0, response).bytes());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
