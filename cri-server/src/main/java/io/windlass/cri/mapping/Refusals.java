package io.windlass.cri.mapping;

import io.windlass.fault.Fault;

/** Answers to requests that cannot be understood; each names the field. */
final class Refusals {
    private Refusals() {}

    /** A message that must be there is not. */
    static void require(boolean present, String field) {
        if (!present) {
            throw Fault.invalid("cannot take the request: field " + field + " is missing");
        }
    }

    /** A field that has no meaning on this system is set. */
    static void refuse(boolean present, String field) {
        if (present) {
            throw Fault.invalid("cannot take the request: field " + field + " is for Windows nodes");
        }
    }

    /** An enumeration's number that this release does not know. */
    static Fault unknown(String field, int number) {
        return Fault.invalid("cannot take the request: field " + field + " has the unknown value " + number);
    }
}
