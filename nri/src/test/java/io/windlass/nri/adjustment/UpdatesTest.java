package io.windlass.nri.adjustment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.plugin.Update;
import io.windlass.proto.nri.ContainerUpdate;
import io.windlass.proto.nri.LinuxResources;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class UpdatesTest {
    private final Updates updates = new Updates();

    @Test
    void updatesOfOneContainerByTwoPluginsAreOne() {
        apply("00-a", "container_id: 'x' linux { resources { cpu { shares { value: 3 } } } } ignore_failure: true");
        apply("10-b", "container_id: 'x' linux { resources { memory { limit { value: 4 } } } }");
        assertThat(updates.all())
                .containsExactly(
                        update(
                                "container_id: 'x' linux { resources { cpu { shares { value: 3 } } memory { limit { value: 4 } } } }"));
    }

    @Test
    void aFailureIsIgnoredWhenEveryPluginSaysSo() {
        apply("00-a", "container_id: 'x' ignore_failure: true");
        apply("10-b", "container_id: 'x' ignore_failure: true");
        assertThat(updates.all()).extracting(ContainerUpdate::getIgnoreFailure).containsExactly(true);
    }

    @Test
    void twoPluginsThatSetTheSameLimitAreInConflict() {
        apply("00-a", "container_id: 'x' linux { resources { cpu { shares { value: 3 } } } }");
        assertThatThrownBy(() -> apply("10-b", "container_id: 'x' linux { resources { cpu { shares { value: 4 } } } }"))
                .hasMessage("cannot adjust container x: plugins 00-a and 10-b both set CPUShares");
    }

    @Test
    void aConflictThatMayBeIgnoredLeavesTheWholeUpdateOut() {
        apply("00-a", "container_id: 'x' linux { resources { cpu { shares { value: 3 } } } }");
        apply("10-b", """
                container_id: 'x' ignore_failure: true
                linux { resources { memory { limit { value: 9 } } cpu { shares { value: 4 } } } }
                """);
        assertThat(updates.of("x", LinuxResources.getDefaultInstance())
                        .getMemory()
                        .hasLimit())
                .isFalse();
    }

    @Test
    void whatIsAskedOfAContainerIsChangedByPluginsBeforeItIsApplied() {
        updates.begin(
                "x",
                Views.text("cpu { shares { value: 10 } quota { value: 20 } }", LinuxResources.newBuilder())
                        .build());
        apply("00-a", "container_id: 'x' linux { resources { cpu { shares { value: 11 } } pids { limit: 5 } } }");
        apply("00-a", "container_id: 'y' linux { resources { cpu { cpus: '1' } } }");
        LinuxContainerResources asked = new LinuxContainerResources(0, 20, 10, 0, 77, "", "", List.of(), Map.of(), 0);
        Update update = Changes.update(asked, updates, "x");
        assertThat(update.resources())
                .isEqualTo(new LinuxContainerResources(0, 20, 11, 0, 77, "", "", List.of(), Map.of(), 0));
        assertThat(update.changes()).extracting(ContainerChange::containerId).containsExactly("y", "x");
        assertThat(Objects.requireNonNull(update.changes().getLast().resources().pids())
                        .limit())
                .isEqualTo(5);
    }

    @Test
    void ofWhatAPluginAsksForByItselfOnlyThePossibleIsTried() {
        RecordingTarget target = new RecordingTarget("gone");
        List<ContainerUpdate> asked = List.of(
                update("container_id: 'x' linux { resources { cpu { shares { value: 3 } } } }"),
                update("container_id: 'gone' linux { resources { cpu { shares { value: 3 } } } }"),
                update("container_id: 'y' linux { resources { memory { swappiness { value: 3 } } } }"),
                update(
                        "container_id: 'z' ignore_failure: true linux { resources { memory { swappiness { value: 3 } } } }"));
        assertThat(Changes.failed(asked, "00-a", target))
                .extracting(ContainerUpdate::getContainerId)
                .containsExactly("gone", "y");
        assertThat(target.updated()).extracting(ContainerChange::containerId).containsExactly("x", "gone");
    }

    private void apply(String plugin, String text) {
        updates.apply(List.of(update(text)), plugin);
    }

    private static ContainerUpdate update(String text) {
        return Views.text(text, ContainerUpdate.newBuilder()).build();
    }
}
