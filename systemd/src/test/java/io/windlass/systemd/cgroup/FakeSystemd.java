package io.windlass.systemd.cgroup;

import io.windlass.systemd.dbus.FakePeer;
import io.windlass.systemd.dbus.Message;
import io.windlass.systemd.dbus.MessageReader;
import io.windlass.systemd.dbus.MessageWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** The manager of systemd as far as it is called, on a socket of its own; units are only remembered. */
final class FakeSystemd implements AutoCloseable {
    private static final String MANAGER = "org.freedesktop.systemd1.Manager";
    private static final String NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";

    private final FakePeer peer;
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final Set<String> units = ConcurrentHashMap.newKeySet();
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private final Queue<String> jobResults = new ConcurrentLinkedQueue<>();
    private volatile boolean hangsUpAfterTheNextCall;
    private int jobs;

    private FakeSystemd(Path socket) throws IOException {
        peer = FakePeer.listen(socket, this::called);
    }

    static FakeSystemd listen(Path socket) throws IOException {
        return new FakeSystemd(socket);
    }

    /** As "Method unit", and "property=value" for each property. */
    List<String> calls() {
        return calls;
    }

    Set<String> units() {
        return units;
    }

    List<String> greetings() {
        return peer.greetings();
    }

    void refuseNext(String error) {
        refusals.add(error);
    }

    void endNextJobAs(String result) {
        jobResults.add(result);
    }

    /** Does what it is asked next, but does not answer. */
    void hangUpAfterTheNextCall() {
        hangsUpAfterTheNextCall = true;
    }

    private void called(Message call, FakePeer.Client client) throws IOException {
        MessageReader body = call.reader();
        String unit = call.signature().startsWith("s") ? body.string() : "";
        calls.add((call.member() + " " + unit).strip());
        String refusal = refusals.poll();
        if (refusal != null) {
            client.refuse(call, refusal, "not today");
            return;
        }
        switch (call.member()) {
            case "StartTransientUnit" -> startTransient(call, body, unit, client);
            case "StartUnit" -> {
                units.add(unit);
                job(call, unit, client);
            }
            case "StopUnit" -> {
                if (units.remove(unit)) {
                    job(call, unit, client);
                } else {
                    client.refuse(call, NO_SUCH_UNIT, "Unit " + unit + " not loaded.");
                }
            }
            case "ResetFailedUnit" -> client.refuse(call, NO_SUCH_UNIT, "Unit " + unit + " not loaded.");
            case "SetUnitProperties" -> {
                calls.add("runtime=" + body.flag());
                properties(body);
                client.answer(call, "", new MessageWriter());
            }
            default -> client.answer(call, "", new MessageWriter());
        }
    }

    private void startTransient(Message call, MessageReader body, String unit, FakePeer.Client client)
            throws IOException {
        calls.add("mode=" + body.string());
        properties(body);
        if (!units.add(unit)) {
            client.refuse(call, "org.freedesktop.systemd1.UnitExists", "Unit " + unit + " was already loaded.");
        } else if (hangsUpAfterTheNextCall) {
            hangsUpAfterTheNextCall = false;
            client.channel().close();
        } else {
            job(call, unit, client);
        }
    }

    private void job(Message call, String unit, FakePeer.Client client) throws IOException {
        String job = "/org/freedesktop/systemd1/job/" + ++jobs;
        // Somebody else's job ends first, and this one as soon as it can: the answer and the signal come in one go.
        removed(client, "/org/freedesktop/systemd1/job/0", "other.service", "failed");
        client.answer(call, "o", new MessageWriter().string(job));
        String result = jobResults.poll();
        removed(client, job, unit, result == null ? "done" : result);
    }

    private static void removed(FakePeer.Client client, String job, String unit, String result) throws IOException {
        client.signal(
                "/org/freedesktop/systemd1",
                MANAGER,
                "JobRemoved",
                "uoss",
                new MessageWriter().uint32(1).string(job).string(unit).string(result));
    }

    private void properties(MessageReader body) {
        long length = body.uint32();
        long end = body.align(8).position() + length;
        while (body.position() < end) {
            String name = body.align(8).string();
            calls.add(name + "=" + value(body.signature(), body));
        }
    }

    private static String value(String signature, MessageReader body) {
        return switch (signature) {
            case "s" -> body.string();
            case "b" -> Boolean.toString(body.flag());
            case "t" -> Long.toUnsignedString(body.uint64());
            case "ay" -> {
                Queue<String> octets = new ArrayDeque<>();
                for (byte octet : body.octets()) {
                    octets.add(Integer.toString(Byte.toUnsignedInt(octet)));
                }
                yield String.join(",", octets);
            }
            case "au" -> {
                body.uint32();
                yield Long.toString(body.uint32());
            }
            default -> throw new IllegalArgumentException("a property of type " + signature);
        };
    }

    @Override
    public void close() {
        peer.close();
    }
}
