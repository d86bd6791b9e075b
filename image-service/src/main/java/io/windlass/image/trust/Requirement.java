package io.windlass.image.trust;

import java.util.List;

/** One thing that a rule asks of an image. */
sealed interface Requirement {
    /** The type as policies write it. */
    String type();

    record AcceptAnything() implements Requirement {
        @Override
        public String type() {
            return "insecureAcceptAnything";
        }
    }

    record Reject() implements Requirement {
        @Override
        public String type() {
            return "reject";
        }
    }

    /** A signature in cosign's simple form, by any of the keys. */
    record SigstoreSigned(List<KeySource> keys, IdentityMatch identity) implements Requirement {
        public SigstoreSigned {
            keys = List.copyOf(keys);
        }

        @Override
        public String type() {
            return "sigstoreSigned";
        }
    }

    /** What other tools can check and this runtime cannot; {@code what} says it. */
    record Unsupported(String type, String what) implements Requirement {}
}
