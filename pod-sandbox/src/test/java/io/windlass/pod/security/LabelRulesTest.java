package io.windlass.pod.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.fake.FakeSelinux;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.model.SelinuxOptions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelRulesTest {
    private static final String PROCESS = "system_u:system_r:container_t:s0:c1,c2";
    private static final String FILE = "system_u:object_r:container_file_t:s0:c1,c2";
    private static final Optional<SelinuxOptions> NOTHING = Optional.empty();

    private FakeSelinux selinux = FakeSelinux.withContainers(1024);

    private Optional<SelinuxLabels> pod(Optional<SelinuxOptions> asked) {
        return new LabelRules(selinux).ofPod(asked, sensitivity -> sensitivity + ":c1,c2");
    }

    private SelinuxLabels container(
            Optional<SelinuxOptions> ofPod, Optional<SelinuxOptions> asked, boolean privileged) {
        return new LabelRules(selinux)
                .ofContainer(pod(ofPod), ofPod, asked, privileged)
                .orElseThrow();
    }

    private static Optional<SelinuxOptions> options(String user, String role, String type, String level) {
        return Optional.of(new SelinuxOptions(user, role, type, level));
    }

    @Test
    void whoAsksForNothingHasThePolicysLabelsWithALevelOfThePod() {
        assertThat(pod(NOTHING)).contains(new SelinuxLabels(PROCESS, FILE));
        assertThat(pod(options("", "", "", ""))).contains(new SelinuxLabels(PROCESS, FILE));
        assertThat(container(NOTHING, NOTHING, false)).isEqualTo(new SelinuxLabels(PROCESS, FILE));
    }

    @Test
    void whatIsLeftOutComesFromThePodAndThenFromThePolicy() {
        assertThat(container(options("user_u", "user_r", "", "s0:c7,c5"), options("", "", "my_t", ""), false))
                .isEqualTo(
                        new SelinuxLabels("user_u:user_r:my_t:s0:c5,c7", "user_u:object_r:container_file_t:s0:c5,c7"));
        assertThat(container(options("", "", "my_t", ""), options("", "", "container_t", "s0:c9"), false))
                .isEqualTo(new SelinuxLabels(
                        "system_u:system_r:container_t:s0:c9", "system_u:object_r:container_file_t:s0:c9"));
    }

    @Test
    void aPodThatNamesItsLevelTakesNone() {
        assertThat(new LabelRules(selinux).ofPod(options("", "", "", "s0:c3"), _ -> {
                    throw new AssertionError("a level was taken");
                }))
                .contains(new SelinuxLabels(
                        "system_u:system_r:container_t:s0:c3", "system_u:object_r:container_file_t:s0:c3"));
    }

    @Test
    void privilegeIsUnconfinedAndWithoutCategoriesUnlessTheyAreNamed() {
        assertThat(container(NOTHING, NOTHING, true)).isEqualTo(new SelinuxLabels("system_u:system_r:spc_t:s0", FILE));
        assertThat(container(NOTHING, options("", "", "my_t", "s0:c4"), true).process())
                .isEqualTo("system_u:system_r:my_t:s0:c4");
        assertThat(container(options("", "", "my_t", "s0:c6"), NOTHING, true).process())
                .isEqualTo("system_u:system_r:my_t:s0:c6");
    }

    @Test
    void aPolicyWithoutTheUnconfinedTypeSaysItselfWhatPrivilegeMeans() {
        selinux = selinux.without("spc_t");
        SelinuxLabels labels = container(NOTHING, NOTHING, true);
        assertThat(labels).isEqualTo(new SelinuxLabels("", FILE));
        assertThat(LabelRules.reachesAllFiles(labels)).isTrue();
        assertThat(LabelRules.reachesAllFiles(new SelinuxLabels("u:r:spc_t:s0", FILE)))
                .isTrue();
        assertThat(LabelRules.reachesAllFiles(new SelinuxLabels(PROCESS, FILE))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', nullValues = "-", textBlock = """
                    nobody_u; ''; ''; ''; cannot use selinux_options.user 'nobody_u': the node's SELinux policy has no label nobody_u:system_r:container_t:s0:c1,c2
                    ''; god_r; ''; ''; cannot use selinux_options.role 'god_r': the node's SELinux policy has no label
                    ''; ''; wrong_t; ''; cannot use selinux_options.type 'wrong_t': the node's SELinux policy has no label
                    ''; ''; ''; s9:c1; cannot use selinux_options.level 's9:c1': the node's SELinux policy has no label
                    ''; ''; my_t:s0; ''; cannot use selinux_options.type 'my_t:s0': it has a colon
                    """)
    void whatThePolicyDoesNotKnowIsRefusedByTheNameOfItsField(
            String user, String role, String type, String level, String message) {
        assertThatThrownBy(() -> container(NOTHING, options(user, role, type, level), false))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessageStartingWith(message);
        assertThatThrownBy(() -> new LabelRules(selinux).ofPod(options(user, role, type, level), _ -> {
                    throw new AssertionError("a level was taken");
                }))
                .hasMessageStartingWith(message.replaceAll(" nobody_u:.*", ""));
    }

    @Test
    void withoutSelinuxOptionsMeanNothing() {
        LabelRules rules = new LabelRules(Selinux.NONE);
        assertThat(rules.ofPod(options("a", "b", "c", "d"), level -> level)).isEmpty();
        assertThat(rules.ofContainer(Optional.empty(), NOTHING, options("a", "b", "c", "d"), false))
                .isEmpty();
    }

    @Test
    void whereNothingIsLabelledLabelsAreRefused() {
        selinux = FakeSelinux.withoutContainers();
        assertThat(pod(NOTHING)).isEmpty();
        assertThatThrownBy(() -> pod(options("", "", "my_t", "")))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessage("cannot use selinux_options: the policy knows no containers");
        selinux = FakeSelinux.withContainers(1024);
        assertThatThrownBy(() -> new LabelRules(selinux)
                        .ofContainer(Optional.empty(), NOTHING, options("", "", "my_t", ""), false))
                .hasMessage("cannot use selinux_options: the pod sandbox was made without SELinux labels");
    }
}
