package io.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.node.v1.PullImageProgress;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    @Test
    void shows_how_far_a_pull_is() {
        assertThat(ProgressLine.text(PullImageProgress.newBuilder()
                        .setState("FETCHING")
                        .setBytes(3 << 20)
                        .setArrived(1 << 20)
                        .setLayers(4)
                        .setLayersHere(1)
                        .build()))
                .isEqualTo("fetching   [##########                    ] 1.0 of 3.0 MiB, 1 of 4 layers");
    }

    @Test
    void shows_something_before_anything_is_known() {
        assertThat(ProgressLine.text(
                        PullImageProgress.newBuilder().setState("RESOLVING").build()))
                .startsWith("resolving  [  ");
    }
}
