package io.windlass.image.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.image.reference.ImageReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityMatchTest {
    private static final String DIGEST = "sha256:" + "1".repeat(64);
    private static final String OTHER = "sha256:" + "2".repeat(64);

    private static boolean accepts(IdentityMatch match, String asked, String signed) {
        return match.accepts(
                ImageReference.parse(asked.replace("DIGEST", DIGEST)),
                SignedName.parse(signed.replace("DIGEST", DIGEST).replace("OTHER", OTHER)));
    }

    @ParameterizedTest
    @CsvSource({
        // asked, signed, matchExact, matchRepoDigestOrExact, matchRepository
        "r.example/a:1, r.example/a:1, true, true, true",
        "r.example/a:1, r.example/a:2, false, false, true",
        "r.example/a:1, r.example/a, false, false, true",
        "r.example/a, r.example/a, false, false, true",
        "r.example/a:1, r.example/b:1, false, false, false",
        "r.example/a:1, s.example/a:1, false, false, false",
        "r.example/a:1, r.example/a@DIGEST, false, false, true",
        "r.example/a:1, r.example/a:1@DIGEST, false, false, true",
        "r.example/a@DIGEST, r.example/a@DIGEST, true, true, true",
        "r.example/a@DIGEST, r.example/a@OTHER, false, true, true",
        "r.example/a@DIGEST, r.example/a:1, false, true, true",
        "r.example/a@DIGEST, r.example/a, false, true, true",
        "r.example/a@DIGEST, r.example/b, false, false, false",
        "alpine:3, index.docker.io/library/alpine:3, true, true, true",
    })
    void namesAreComparedInFull(String asked, String signed, boolean exact, boolean digestOrExact, boolean repository) {
        assertThat(accepts(new IdentityMatch.Exact(), asked, signed)).isEqualTo(exact);
        assertThat(accepts(new IdentityMatch.RepoDigestOrExact(), asked, signed))
                .isEqualTo(digestOrExact);
        assertThat(accepts(new IdentityMatch.SameRepository(), asked, signed)).isEqualTo(repository);
    }

    @ParameterizedTest
    @CsvSource({
        "r.example/a:1, s.example/b:2, true, true",
        "r.example/a:1, s.example/b:3, false, true",
        "r.example/a:1, s.example/b, false, true",
        "r.example/a:1, r.example/a:1, false, false",
    })
    void aNameOfThePolicyCountsWhateverWasAskedFor(String asked, String signed, boolean reference, boolean repository) {
        assertThat(accepts(new IdentityMatch.ExactReference(SignedName.parse("s.example/b:2")), asked, signed))
                .isEqualTo(reference);
        assertThat(accepts(new IdentityMatch.ExactRepository(SignedName.repository("s.example/b")), asked, signed))
                .isEqualTo(repository);
    }

    @ParameterizedTest
    @CsvSource({
        "mirror.example/up/a:1, mirror.example/up, up.example, up.example/a:1, true",
        "mirror.example/up/a:1, mirror.example/up, up.example, up.example/a:2, false",
        "mirror.example/up/a:1, mirror.example/up, up.example, mirror.example/up/a:1, false",
        "mirror.example/upper/a:1, mirror.example/up, up.example, mirror.example/upper/a:1, true",
        "mirror.example/upper/a:1, mirror.example/up, up.example, up.example/per/a:1, false",
        "mirror.example:5000/a:1, mirror.example, up.example, mirror.example:5000/a:1, true",
        "mirror.example/a:1, mirror.example/a, up.example/b, up.example/b:1, true",
        "mirror.example/a@DIGEST, mirror.example, up.example/x, up.example/x/a, true",
    })
    void aCopyIsSignedUnderTheNameOfItsSource(
            String asked, String prefix, String signedPrefix, String signed, boolean accepted) {
        assertThat(accepts(new IdentityMatch.Remap(prefix, signedPrefix), asked, signed))
                .isEqualTo(accepted);
    }
}
