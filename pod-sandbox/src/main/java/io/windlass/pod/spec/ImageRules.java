package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ImageSpec;
import io.windlass.pod.model.RuntimeHandlers;
import io.windlass.pod.rootfs.ResolvedImage;

/** What a request may say of an image beside its name. */
public final class ImageRules {
    private ImageRules() {}

    /** Refuses another image than the one that was found, and a runtime handler that there is not. */
    public static void check(ImageSpec asked, ResolvedImage found, String what) {
        if (!RuntimeHandlers.NAMES.contains(asked.runtimeHandler())) {
            throw Fault.invalid("cannot " + what + ": image.runtime_handler '" + asked.runtimeHandler()
                    + "' is none of this runtime's");
        }
        String reference = asked.imageRef();
        boolean same = reference.isEmpty() || reference.equals(found.id()) || reference.equals(found.reference());
        if (!same) {
            throw Fault.invalid("cannot " + what + ": image.image_ref is " + reference + ", but " + asked.image()
                    + " is image " + found.id() + " by now");
        }
    }
}
