package io.windlass.pod.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.FakeRootfs;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.SupplementalGroupsPolicy;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who containers run as. */
class UserResolutionTest {
    private static final Passwd PASSWD = Passwd.read(new FakeRootfs.Files(Map.of(
            "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n# comment\nweb:x:1000:1000::/srv:/bin/sh\nodd:x:abc:1::/:\n",
            "/etc/group", "root:x:0:\nweb:x:1000:\nadm:x:50:web,other\nlog:x:60:web\n")));

    private static ContainerUser of(SecurityBuilder security, String imageUser) {
        return UserResolution.resolve(security.build(), imageUser, PASSWD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''       | 0    | 0    | 0",
                "web      | 1000 | 1000 | 50 60 1000",
                "1000     | 1000 | 1000 | 50 60 1000",
                "4321     | 4321 | 0    | 0",
                "4321:77  | 4321 | 77   | 77",
                "web:adm  | 1000 | 50   | 50 60",
                "web:     | 1000 | 1000 | 50 60 1000",
                ":77      | 0    | 77   | 77",
            })
    void theImagesUserIsLookedUpInItsOwnTables(String imageUser, long uid, long gid, String groups) {
        ContainerUser user = of(new SecurityBuilder(), imageUser);
        assertThat(user.uid()).isEqualTo(uid);
        assertThat(user.gid()).isEqualTo(gid);
        assertThat(user.supplementalGroups())
                .containsExactlyElementsOf(
                        Stream.of(groups.split(" ", -1)).map(Long::valueOf).toList());
    }

    @Test
    void theRequestsUserWinsOverTheImages() {
        assertThat(of(new SecurityBuilder().user(1000), "root"))
                .isEqualTo(new ContainerUser(1000, 1000, List.of(50L, 60L, 1000L)));
        assertThat(of(new SecurityBuilder().userName("web"), "root").uid()).isEqualTo(1000);
        assertThat(of(new SecurityBuilder().user(5).group(6), "web")).isEqualTo(new ContainerUser(5, 6, List.of(6L)));
    }

    @Test
    void strictLeavesTheImagesGroupsOut() {
        assertThat(of(new SecurityBuilder().user(1000).groups(SupplementalGroupsPolicy.STRICT, 7L), "")
                        .supplementalGroups())
                .containsExactly(7L, 1000L);
        assertThat(of(new SecurityBuilder().user(1000).groups(SupplementalGroupsPolicy.MERGE, 7L), "")
                        .supplementalGroups())
                .containsExactly(7L, 50L, 60L, 1000L);
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThatThrownBy(() -> of(new SecurityBuilder().group(5), "web"))
                .hasMessageContaining("run_as_group 5")
                .hasMessageContaining("run_as_user or run_as_username");
        assertThatThrownBy(() -> of(new SecurityBuilder().user(5).userName("web"), ""))
                .hasMessageContaining("run_as_username web");
        assertThatThrownBy(() -> of(new SecurityBuilder().userName("nobody"), ""))
                .hasMessage("cannot use run_as_username nobody: it is not in the image's /etc/passwd");
        assertThatThrownBy(() -> of(new SecurityBuilder(), "web:nogroup")).hasMessageContaining("group nogroup");
        assertThatThrownBy(() -> of(new SecurityBuilder().user(-1), "")).hasMessageContaining("run_as_user -1");
        assertThatThrownBy(() -> of(new SecurityBuilder().groups(SupplementalGroupsPolicy.MERGE, 1L << 32), ""))
                .hasMessageContaining("supplemental_groups");
    }
}
