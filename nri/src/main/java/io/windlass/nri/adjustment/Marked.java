package io.windlass.nri.adjustment;

/** A key of an adjustment: with a leading "-" it asks for the removal of the entry. */
record Marked(String key, boolean removal) {
    static Marked of(String text) {
        return text.startsWith("-") ? new Marked(text.substring(1), true) : new Marked(text, false);
    }
}
