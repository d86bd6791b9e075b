package io.windlass.linux.seccomp;

/**
 * The code of one comparison. BPF has 32-bit registers: the upper half of an argument is compared first, and the lower half
 * decides when those are equal.
 */
record Comparison(BackwardAssembler code, ArgumentCondition condition, boolean wide) {
    private static final int OFFSET_ARGUMENTS = 16;

    int emit(int yes, int no) {
        long value = condition.value();
        return switch (condition.operator()) {
            case EQ -> equal(-1, value, yes, no);
            case NE -> equal(-1, value, no, yes);
            case MASKED_EQ -> equal(value, condition.valueTwo(), yes, no);
            case GE -> greater(BackwardAssembler.JUMP_GREATER_OR_EQUAL, yes, no);
            case LT -> greater(BackwardAssembler.JUMP_GREATER_OR_EQUAL, no, yes);
            case GT -> greater(BackwardAssembler.JUMP_GREATER, yes, no);
            case LE -> greater(BackwardAssembler.JUMP_GREATER, no, yes);
        };
    }

    private int equal(long mask, long value, int yes, int no) {
        int lower = equalHalf(lowerOffset(), (int) mask, (int) value, yes, no);
        return wide ? equalHalf(upperOffset(), upper(mask), upper(value), lower, no) : lower;
    }

    private int equalHalf(int offset, int mask, int value, int yes, int no) {
        int place = code.branch(BackwardAssembler.JUMP_EQUAL, value, yes, no);
        return code.load(offset, mask == -1 ? place : code.and(mask, place));
    }

    private int greater(int operation, int yes, int no) {
        int lower = code.load(lowerOffset(), code.branch(operation, (int) condition.value(), yes, no));
        if (!wide) {
            return lower;
        }
        int upperValue = upper(condition.value());
        int tie = code.branch(BackwardAssembler.JUMP_EQUAL, upperValue, lower, no);
        return code.load(upperOffset(), code.branch(BackwardAssembler.JUMP_GREATER, upperValue, yes, tie));
    }

    private static int upper(long value) {
        return (int) (value >>> 32);
    }

    // All machines here are little-endian: the lower half comes first.
    private int lowerOffset() {
        return OFFSET_ARGUMENTS + 8 * condition.index();
    }

    private int upperOffset() {
        return lowerOffset() + 4;
    }
}
