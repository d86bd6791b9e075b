package io.windlass.image.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.image.reference.Digest;
import java.util.List;
import org.junit.jupiter.api.Test;

class PullsTest {
    private static final Digest DIGEST = Digest.sha256(new byte[] {1});

    private final Pulls pulls = new Pulls();
    private final Pull pull = new Pull("r.example/a:1");

    @Test
    void aReportIsAsItWasWhenItWasMade() {
        pulls.begin(pull);
        LayerTransfer layer = new LayerTransfer(DIGEST, 100);
        pull.fetching(DIGEST, List.of(layer, LayerTransfer.present(DIGEST, 50)));
        layer.begin();
        layer.arrived(30);
        PullReport before = pulls.running().getFirst();
        layer.arrived(100);
        layer.end(true);
        pull.done();

        assertThat(before.arrived()).isEqualTo(30);
        assertThat(before.bytes()).isEqualTo(100);
        assertThat(before.state()).isEqualTo(Pull.State.FETCHING);
        assertThat(before.layers())
                .extracting(LayerReport::state)
                .containsExactly(LayerTransfer.State.FETCHING, LayerTransfer.State.PRESENT);
        assertThat(pull.report().arrived()).isEqualTo(100);
    }

    @Test
    void theLastPullsAreKept() {
        for (int i = 0; i < 25; i++) {
            Pull next = new Pull("r.example/a:" + i);
            pulls.begin(next);
            next.done();
            pulls.end(next);
        }

        assertThat(pulls.running()).isEmpty();
        assertThat(pulls.ended()).hasSize(20);
        assertThat(pulls.ended().getLast().reference()).isEqualTo("r.example/a:24");
    }

    @Test
    void aPullThatIsLeftWithoutAnEndHasFailed() {
        pulls.begin(pull);
        pulls.end(pull);

        assertThat(pulls.ended().getFirst().state()).isEqualTo(Pull.State.FAILED);
        assertThat(pulls.ended().getFirst().failure()).contains("without a word");
    }

    @Test
    void theLastRequestsAreKeptAndTheOthersCounted() {
        for (int i = 0; i < 210; i++) {
            Exchange exchange = pull.exchange("https://r.example", "hosts.toml:1", "blob " + i);
            exchange.showed(AuthUsed.BASIC, "a file");
            exchange.answered(200, "HTTP/2");
            exchange.received(5);
            exchange.failed("cut");
            exchange.ended();
        }

        PullReport report = pull.report();
        assertThat(report.exchanges()).hasSize(200);
        assertThat(report.forgotten()).isEqualTo(10);
        ExchangeReport last = report.exchanges().getLast();
        assertThat(last.object()).isEqualTo("blob 209");
        assertThat(last.auth()).isEqualTo(AuthUsed.BASIC);
        assertThat(last.bytes()).isEqualTo(5);
        assertThat(last.failure()).isEqualTo("cut");
        assertThat(last.ended()).isPresent();
    }
}
