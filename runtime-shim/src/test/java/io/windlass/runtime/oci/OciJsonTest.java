package io.windlass.runtime.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;

class OciJsonTest {
    private static final String DOCUMENT = """
            {"ociVersion":"1.3.0",\
            "process":{"user":{"uid":0,"gid":5,"additionalGids":[7,8]},"args":["sh","-c","true"],"env":["A=b"],"cwd":"/",\
            "rlimits":[{"type":"RLIMIT_NOFILE","soft":1024,"hard":4096}],"noNewPrivileges":true,"oomScoreAdj":0,\
            "ioPriority":{"class":"IOPRIO_CLASS_BE","priority":4},"execCPUAffinity":{"final":"0-3"}},\
            "root":{"path":"rootfs"},"hostname":"h",\
            "mounts":[{"destination":"/data","type":"bind","source":"/src","options":["rbind","ro"],\
            "uidMappings":[{"containerID":0,"hostID":100000,"size":65536}]}],\
            "hooks":{"poststop":[{"path":"/bin/true","timeout":2}]},\
            "annotations":{"z":"1","a":"2"},\
            "linux":{"namespaces":[{"type":"pid"},{"type":"network","path":"/run/netns/x"}],\
            "timeOffsets":{"boottime":{"secs":5,"nanosecs":0}},\
            "resources":{"memory":{"limit":1000,"swap":-1},"pids":{"limit":10},"unified":{"memory.high":"9"}},\
            "seccomp":{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":["SCMP_ARCH_X86_64"],\
            "syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW",\
            "args":[{"index":1,"value":2,"valueTwo":3,"op":"SCMP_CMP_MASKED_EQ"}]}]},\
            "maskedPaths":["/proc/kcore"],"intelRdt":{"closID":"c","schemata":["L3:0=f"]}}}""";

    @Test
    void writesWhatItReadAndLeavesOutWhatIsAbsent() {
        Spec spec = OciJson.read(DOCUMENT.getBytes(UTF_8), Spec.class);

        String written = new String(OciJson.write(spec), UTF_8);

        assertThat(OciJson.read(written.getBytes(UTF_8), Spec.class)).isEqualTo(spec);
        assertThat(written).isEqualTo(DOCUMENT);
    }

    @Test
    void ignoresFieldsItDoesNotKnow() {
        Spec spec = OciJson.read(
                "{\"ociVersion\":\"9\",\"windows\":{},\"process\":{\"future\":1}}".getBytes(UTF_8), Spec.class);

        assertThat(spec.ociVersion()).isEqualTo("9");
        assertThat(spec.process()).isEqualTo(Process.builder().build());
    }

    @Test
    void namesTheFieldOfTheWrongType() {
        assertThatThrownBy(() -> OciJson.read("{\"mounts\":{}}".getBytes(UTF_8), Spec.class))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot read an OCI Spec: ")
                .hasMessageContaining("mounts");
    }

    @Test
    void buildsFromAnotherValue() {
        Linux linux = Linux.builder().namespaces(List.of(Namespace.fresh(Namespace.PID))).build().toBuilder()
                .maskedPaths(List.of("/proc/kcore"))
                .build();

        assertThat(linux.namespace(Namespace.PID)).contains(Namespace.fresh("pid"));
        assertThat(linux.namespace(Namespace.UTS)).isEmpty();
        assertThat(linux.maskedPaths()).containsExactly("/proc/kcore");
    }
}
