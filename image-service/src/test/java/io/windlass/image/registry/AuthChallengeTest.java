package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AuthChallengeTest {
    private static List<AuthChallenge> parse(String... lines) {
        return AuthChallenge.parse(List.of(lines));
    }

    @Test
    void aBearerChallengeHasItsParameters() {
        assertThat(
                        parse(
                                "Bearer realm=\"https://auth.example/token\",service=\"registry\",scope=\"repository:a/b:pull,push\""))
                .containsExactly(new AuthChallenge(
                        "bearer",
                        Map.of(
                                "realm", "https://auth.example/token",
                                "service", "registry",
                                "scope", "repository:a/b:pull,push")));
    }

    @Test
    void oneLineMayHoldSeveralChallenges() {
        assertThat(parse("Negotiate, Basic realm=\"a, b\" , charset=utf-8, Bearer realm=x", "NTLM"))
                .containsExactly(
                        new AuthChallenge("negotiate", Map.of()),
                        new AuthChallenge("basic", Map.of("realm", "a, b", "charset", "utf-8")),
                        new AuthChallenge("bearer", Map.of("realm", "x")),
                        new AuthChallenge("ntlm", Map.of()));
    }

    @Test
    void blobsOfOtherSchemesArePassedOver() {
        assertThat(parse("Negotiate YWJj/+8==, Basic realm=r"))
                .containsExactly(
                        new AuthChallenge("negotiate", Map.of()), new AuthChallenge("basic", Map.of("realm", "r")));
    }

    @Test
    void quotedTextMayHoldQuotesAndSpacesMayStandAroundEquals() {
        assertThat(parse("Basic realm = \"say \\\"hi\\\"\""))
                .containsExactly(new AuthChallenge("basic", Map.of("realm", "say \"hi\"")));
    }

    @Test
    void malformedTextKeepsWhatCameBefore() {
        assertThat(parse("Basic realm=a, Bearer realm=\"b\" c=\"d\""))
                .contains(new AuthChallenge("basic", Map.of("realm", "a")));
        assertThat(parse("", ",,,", "=", "\"")).isEmpty();
    }

    @Test
    void noTextIsTooStrange() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "aB =,\"\\\t/+~;:{";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(30); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(parse(text.toString())).as("seed " + seed + ": " + text).isNotNull();
        }
    }
}
