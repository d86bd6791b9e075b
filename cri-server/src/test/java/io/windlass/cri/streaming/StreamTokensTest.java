package io.windlass.cri.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamTokensTest {
    private Instant now = Instant.EPOCH;
    private final StreamTokens tokens = new StreamTokens(() -> now);
    private final StreamRequest request = new StreamRequest.PortForward("pod", List.of(80));

    @Test
    void a_token_is_redeemed_once() {
        String token = tokens.issue(request);
        assertThat(tokens.redeem("portforward", token)).contains(request);
        assertThat(tokens.redeem("portforward", token)).isEmpty();
    }

    @Test
    void a_token_is_good_for_its_own_verb_only() {
        String token = tokens.issue(request);
        assertThat(tokens.redeem("exec", token)).isEmpty();
        assertThat(tokens.redeem("portforward", token)).contains(request);
    }

    @Test
    void a_token_expires() {
        String token = tokens.issue(request);
        now = now.plus(StreamTokens.LIFETIME);
        assertThat(tokens.redeem("portforward", token)).isEmpty();
    }

    @Test
    void more_requests_than_the_limit_are_refused_until_old_ones_expire() {
        for (int i = 0; i < StreamTokens.LIMIT; i++) {
            tokens.issue(request);
        }
        assertThatThrownBy(() -> tokens.issue(request))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED));
        now = now.plus(StreamTokens.LIFETIME);
        assertThat(tokens.issue(request)).isNotEmpty();
    }
}
