package io.windlass.runtime.shim;

/** Frame types of the control protocol (design note 0003). */
final class FrameType {
    static final int HELLO = 0x01;
    static final int OK = 0x02;
    static final int ERROR = 0x03;
    static final int SPAWN = 0x10;
    static final int SHIMS = 0x11;
    static final int QUIT = 0x12;
    static final int HOOK = 0x13;
    static final int CREATE = 0x20;
    static final int START = 0x21;
    static final int SIGNAL = 0x22;
    static final int DELETE = 0x23;
    static final int REOPEN_LOG = 0x24;
    static final int LIST = 0x25;
    static final int SUBSCRIBE = 0x26;
    static final int EXEC = 0x27;
    static final int ATTACH = 0x28;
    static final int RESIZE = 0x29;
    static final int SHUTDOWN = 0x2a;
    static final int CLOSE_STDIN = 0x2b;
    static final int PROCEED = 0x2c;
    static final int AT_END = 0x30;
    static final int EVENT = 0x40;
    static final int STDOUT = 0x50;
    static final int STDERR = 0x51;
    static final int STDIN = 0x52;
    static final int STDIN_CLOSE = 0x53;
    static final int STREAM_RESIZE = 0x54;
    static final int EXIT = 0x55;
    static final int END = 0x56;
    static final int EXEC_KILL = 0x57;

    private FrameType() {}
}
