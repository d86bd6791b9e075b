package io.windlass.image.trust;

import io.windlass.fault.Fault;

/** A line of a document, counted from 1. */
record Place(String document, int line) {
    Fault wrong(String text) {
        return Fault.precondition(this + ": " + text);
    }

    @Override
    public String toString() {
        return document + ":" + line;
    }
}
