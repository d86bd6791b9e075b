package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceProgramTest {
    private static final String[] ACCESS = {"r", "w", "m", "rw", "rm", "wm", "rwm"};

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void decides_every_request_as_the_rules_read(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            List<DeviceRule> rules = new ArrayList<>();
            for (int n = random.nextInt(6); n >= 0; n--) {
                rules.add(new DeviceRule(
                        random.nextBoolean(),
                        "abc".charAt(random.nextInt(3)),
                        number(random),
                        number(random),
                        ACCESS[random.nextInt(ACCESS.length)]));
            }
            byte[] program = DeviceProgram.compile(new DeviceRules(rules));
            for (int request = 0; request < 8 * 2 * 3 * 3; request++) {
                int access = request & 7;
                int type = 1 + (request >> 3 & 1);
                int major = request / 16 % 3;
                int minor = request / 48;
                assertThat(run(program, access << 16 | type, major, minor))
                        .as("%s asked %d %d %d:%d", rules, access, type, major, minor)
                        .isEqualTo(allowed(rules, access, type, major, minor));
            }
        }
    }

    private static OptionalLong number(Random random) {
        int n = random.nextInt(4);
        return n == 3 ? OptionalLong.empty() : OptionalLong.of(n);
    }

    /** Each access by itself: the last rule that names it decides. */
    private static boolean allowed(List<DeviceRule> rules, int access, int type, int major, int minor) {
        for (int bit = 1; bit <= 4; bit <<= 1) {
            boolean granted = false;
            for (DeviceRule rule : rules) {
                boolean named = (rule.type() == 'a' || rule.type() == (type == 1 ? 'b' : 'c'))
                        && (rule.major().isEmpty() || rule.major().getAsLong() == major)
                        && (rule.minor().isEmpty() || rule.minor().getAsLong() == minor)
                        && rule.access().indexOf(bit == 1 ? 'm' : bit == 2 ? 'r' : 'w') >= 0;
                granted = named ? rule.allow() : granted;
            }
            if ((access & bit) != 0 && !granted) {
                return false;
            }
        }
        // A request for no access is granted unless the deciding rule covers everything; the kernel makes no such
        // request.
        return access != 0 || run(DeviceProgram.compile(new DeviceRules(rules)), type, major, minor);
    }

    /** Interprets the few instructions that the compiler uses. */
    private static boolean run(byte[] program, int... context) {
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        long[] register = new long[10];
        for (int pc = 0; ; pc++) {
            int operation = code.get(pc * 8) & 0xff;
            int destination = code.get(pc * 8 + 1) & 0xf;
            int source = code.get(pc * 8 + 1) >> 4 & 0xf;
            int offset = code.getShort(pc * 8 + 2);
            int value = code.getInt(pc * 8 + 4);
            switch (operation) {
                case 0x61 -> register[destination] = context[offset / 4];
                case 0xbf -> register[destination] = register[source];
                case 0xb7 -> register[destination] = value;
                case 0x57 -> register[destination] &= value;
                case 0x77 -> register[destination] >>>= value;
                case 0x15 -> pc += register[destination] == value ? offset : 0;
                case 0x55 -> pc += register[destination] == value ? 0 : offset;
                case 0x95 -> {
                    return register[0] == 1;
                }
                default -> throw new AssertionError("operation " + operation);
            }
        }
    }
}
