package io.windlass.nri.adjustment;

import io.windlass.nri.message.ContainerMessages;
import io.windlass.pod.plugin.ContainerView;
import io.windlass.pod.plugin.Creation;
import io.windlass.proto.nri.CDIDevice;
import io.windlass.proto.nri.Container;
import io.windlass.proto.nri.ContainerAdjustment;
import io.windlass.proto.nri.CreateContainerResponse;
import io.windlass.proto.nri.Field;
import io.windlass.proto.nri.OwningPlugins;
import io.windlass.proto.nri.PluginInstance;
import io.windlass.proto.nri.PodSandbox;
import io.windlass.proto.nri.ValidateContainerAdjustmentRequest;
import io.windlass.runtime.oci.Spec;
import java.util.ArrayList;
import java.util.List;

/**
 * A container on its way through the plugins: each sees it with the adjustments of those before. Not thread-safe.
 */
public final class Adjusting {
    private final ContainerView pristine;
    private final Owners owners;
    private final Updates updates = new Updates();
    private final List<String> cdiDevices = new ArrayList<>();
    private final List<PluginInstance> asked = new ArrayList<>();
    private final ContainerAdjustment.Builder together = ContainerAdjustment.newBuilder();
    private Spec spec;

    public Adjusting(ContainerView container) {
        this.pristine = container;
        this.owners = new Owners(container.definition().id().value());
        this.spec = container.definition().spec();
    }

    /** As the next plugin sees it. */
    public Container container() {
        return ContainerMessages.of(
                new ContainerView(pristine.definition().withSpec(spec), pristine.state(), pristine.resources()));
    }

    public void apply(CreateContainerResponse response, String index, String base) {
        String plugin = index + "-" + base;
        asked.add(PluginInstance.newBuilder().setIndex(index).setName(base).build());
        if (response.hasAdjust()) {
            ContainerAdjustment adjustment = response.getAdjust();
            spec = new SpecAdjustment(owners, plugin).apply(adjustment, spec);
            for (CDIDevice device : adjustment.getCDIDevicesList()) {
                owners.claim(Field.CdiDevices, device.getName(), plugin);
                cdiDevices.add(device.getName());
            }
            together.mergeFrom(adjustment);
        }
        updates.apply(response.getUpdateList(), plugin);
    }

    /** What plugins that validate are asked. */
    public ValidateContainerAdjustmentRequest validation(PodSandbox pod) {
        return ValidateContainerAdjustmentRequest.newBuilder()
                .setPod(pod)
                .setContainer(ContainerMessages.of(pristine))
                .setAdjust(together)
                .addAllUpdate(updates.all())
                .setOwners(OwningPlugins.newBuilder()
                        .putOwners(pristine.definition().id().value(), owners.message()))
                .addAllPlugins(asked)
                .build();
    }

    public Creation creation() {
        return new Creation(spec, cdiDevices, Changes.of(updates.all()));
    }
}
