package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Bpf programs. A part of {@link Kernel}. */
interface KernelPrograms extends ProcessSyscalls {
    @Override
    default Fd bpfLoad(int type, byte[] instructions) {
        try (Call call = new Call(SystemCall.BPF)) {
            MemorySegment attributes = call.zeroed(128);
            attributes.set(ValueLayout.JAVA_INT, 0, type);
            attributes.set(ValueLayout.JAVA_INT, 4, instructions.length / 8);
            attributes.set(ValueLayout.JAVA_LONG, 8, Call.address(call.bytes(instructions)));
            attributes.set(ValueLayout.JAVA_LONG, 16, Call.address(call.text("Apache-2.0")));
            long result = call.tryRun(Abi.BPF_PROG_LOAD, Call.address(attributes), 48);
            if (result < 0) {
                throw call.failure("program of type " + type, (int) -result, reasons(call, attributes));
            }
            return Call.owned(result);
        }
    }

    /** What the verifier says, which it is asked only then: a log that does not hold all it has to say fails the call. */
    private static String reasons(Call call, MemorySegment attributes) {
        MemorySegment log = call.zeroed(64 * 1024);
        attributes.set(ValueLayout.JAVA_INT, 24, 1);
        attributes.set(ValueLayout.JAVA_INT, 28, (int) log.byteSize());
        attributes.set(ValueLayout.JAVA_LONG, 32, Call.address(log));
        long accepted = call.tryRun(Abi.BPF_PROG_LOAD, Call.address(attributes), 48);
        if (accepted >= 0) {
            Call.owned(accepted).close();
        }
        return log.getString(0).strip();
    }

    @Override
    default void bpfAttach(Fd target, Fd program, int attachType, int flags) {
        attachment(Abi.BPF_PROG_ATTACH, target, program, attachType, flags);
    }

    @Override
    default void bpfDetach(Fd target, Fd program, int attachType) {
        attachment(Abi.BPF_PROG_DETACH, target, program, attachType, 0);
    }

    @Override
    default List<Fd> bpfAttached(Fd target, int attachType) {
        try (Call call = new Call(SystemCall.BPF)) {
            MemorySegment ids = call.zeroed(4L * Abi.MOST_PROGRAMS);
            MemorySegment attributes = call.zeroed(64);
            attributes.set(ValueLayout.JAVA_INT, 0, target.number());
            attributes.set(ValueLayout.JAVA_INT, 4, attachType);
            attributes.set(ValueLayout.JAVA_LONG, 16, Call.address(ids));
            attributes.set(ValueLayout.JAVA_INT, 24, Abi.MOST_PROGRAMS);
            call.run("query of " + target, Abi.BPF_PROG_QUERY, Call.address(attributes), 32);
            List<Fd> programs = new ArrayList<>();
            for (int i = 0; i < attributes.get(ValueLayout.JAVA_INT, 24); i++) {
                MemorySegment id = call.zeroed(16);
                id.set(ValueLayout.JAVA_INT, 0, ids.getAtIndex(ValueLayout.JAVA_INT, i));
                programs.add(
                        Call.owned(call.run("program", Abi.BPF_PROG_GET_FD_BY_ID, Call.address(id), id.byteSize())));
            }
            return programs;
        }
    }

    private static void attachment(int command, Fd target, Fd program, int attachType, int flags) {
        try (Call call = new Call(SystemCall.BPF)) {
            MemorySegment attributes = call.zeroed(16);
            attributes.set(ValueLayout.JAVA_INT, 0, target.number());
            attributes.set(ValueLayout.JAVA_INT, 4, program.number());
            attributes.set(ValueLayout.JAVA_INT, 8, attachType);
            attributes.set(ValueLayout.JAVA_INT, 12, flags);
            call.run("attachment to " + target, command, Call.address(attributes), attributes.byteSize());
        }
    }
}
