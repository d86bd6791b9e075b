package io.windlass.linux;

/** Processes and namespaces. A part of {@link Kernel}. */
interface KernelProcesses extends ProcessSyscalls {
    @Override
    default Fd pidfdOpen(long pid) {
        try (Call call = new Call(SystemCall.PIDFD_OPEN)) {
            return Call.owned(call.run(Long.toString(pid), pid, 0));
        }
    }

    @Override
    default void pidfdSendSignal(Fd process, int signal) {
        try (Call call = new Call(SystemCall.PIDFD_SEND_SIGNAL)) {
            call.run(process.toString(), process.number(), signal, 0, 0);
        }
    }

    @Override
    default int prctl(int option, long second, long third, long fourth, long fifth) {
        try (Call call = new Call(SystemCall.PRCTL)) {
            return (int) call.run(Integer.toString(option), option, second, third, fourth, fifth);
        }
    }

    @Override
    default void setns(Fd namespace, NamespaceType type) {
        try (Call call = new Call(SystemCall.SETNS)) {
            call.run(type.procName(), namespace.number(), type.flag());
        }
    }

    @Override
    default void unshare(int flags) {
        try (Call call = new Call(SystemCall.UNSHARE)) {
            call.run("0x" + Integer.toHexString(flags), flags);
        }
    }
}
