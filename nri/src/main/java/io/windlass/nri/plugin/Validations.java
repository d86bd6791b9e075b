package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.nri.ttrpc.RpcException;
import io.windlass.proto.nri.Event;
import io.windlass.proto.nri.ValidateContainerAdjustmentRequest;
import io.windlass.proto.nri.ValidateContainerAdjustmentResponse;
import java.util.List;
import java.util.function.Supplier;

/** Asks the plugins that validate whether the adjustments of a container may stand. */
final class Validations {
    private Validations() {}

    /** A validator that rejects, or does not answer, makes the creation fail. */
    static void check(List<Plugin> plugins, Supplier<ValidateContainerAdjustmentRequest> request) {
        List<Plugin> validators = plugins.stream()
                .filter(plugin -> plugin.wants(Event.VALIDATE_CONTAINER_ADJUSTMENT))
                .toList();
        if (validators.isEmpty()) {
            return;
        }
        ValidateContainerAdjustmentRequest message = request.get();
        for (Plugin validator : validators) {
            ask(validator, message);
        }
    }

    private static void ask(Plugin validator, ValidateContainerAdjustmentRequest request) {
        ValidateContainerAdjustmentResponse answer;
        try {
            answer = validator.call(
                    "ValidateContainerAdjustment", request, ValidateContainerAdjustmentResponse.parser());
        } catch (RpcException e) {
            validator.giveUpAfter(e);
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION,
                    "plugin " + validator.name() + " did not validate the adjustments: " + e.getMessage(),
                    e);
        }
        if (answer.getReject()) {
            throw Fault.precondition("plugin " + validator.name() + " rejected the adjustments: " + answer.getReason());
        }
    }
}
