package io.windlass.nri.adjustment;

import io.windlass.nri.message.ContainerMessages;
import io.windlass.pod.model.LinuxContainerResources;
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
    private final List<PluginInstance> plugins;
    private final Owners owners;
    private final Updates updates;
    private final List<String> cdiDevices = new ArrayList<>();
    private final Together together = new Together();
    private Spec spec;

    /** @param plugins those that take part in what happens now, as validators are told of them */
    public Adjusting(ContainerView container, List<PluginInstance> plugins) {
        String id = container.definition().id().value();
        this.pristine = container;
        this.plugins = List.copyOf(plugins);
        this.owners = new Owners(id);
        this.updates = Updates.whileMaking(id);
        this.spec = container.definition().spec();
    }

    /** As the next plugin sees it; its limits are those of the document, as there are no others yet. */
    public Container container() {
        return ContainerMessages.of(new ContainerView(
                pristine.definition().withSpec(spec), pristine.state(), LinuxContainerResources.NONE));
    }

    /** A response that cannot be applied, or contradicts those of earlier plugins, is a fault. */
    public void apply(CreateContainerResponse response, String plugin) {
        if (response.hasAdjust()) {
            ContainerAdjustment adjustment = response.getAdjust();
            spec = new SpecAdjustment(owners, plugin).apply(adjustment, spec);
            for (CDIDevice device : adjustment.getCDIDevicesList()) {
                owners.claim(Field.CdiDevices, device.getName(), plugin);
                cdiDevices.add(device.getName());
            }
            together.add(adjustment);
        }
        updates.apply(response.getUpdateList(), plugin);
    }

    /** What plugins that validate are asked. */
    public ValidateContainerAdjustmentRequest validation(PodSandbox pod) {
        return ValidateContainerAdjustmentRequest.newBuilder()
                .setPod(pod)
                .setContainer(ContainerMessages.of(pristine))
                .setAdjust(together.message())
                .addAllUpdate(updates.all())
                .setOwners(OwningPlugins.newBuilder()
                        .putOwners(pristine.definition().id().value(), owners.message()))
                .addAllPlugins(plugins)
                .build();
    }

    public Creation creation() {
        return new Creation(spec, cdiDevices, Changes.of(updates.all()));
    }
}
