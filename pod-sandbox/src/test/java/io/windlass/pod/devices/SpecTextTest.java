package io.windlass.pod.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.devices.ContainerEdits.DeviceNode;
import io.windlass.pod.devices.ContainerEdits.Hook;
import io.windlass.pod.devices.ContainerEdits.IntelRdt;
import io.windlass.pod.devices.ContainerEdits.Mount;
import io.windlass.pod.devices.ContainerEdits.NetDevice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What specification files may say, in JSON and in YAML, and how those are refused that say something else. */
class SpecTextTest {
    private static final String JSON = """
            {"cdiVersion": "1.1.0", "kind": "vendor.com/gpu.mig",
             "annotations": {"vendor.com/about": "all of it"},
             "devices": [{"name": "0", "annotations": {"slot": "3"}, "containerEdits": {
                "env": ["GPU=0"],
                "deviceNodes": [{"path": "/dev/gpu0", "hostPath": "/dev/vendor/gpu0", "type": "c", "major": 195, "minor": 7,
                    "fileMode": 432, "permissions": "rw", "uid": 10, "gid": 4294967295}],
                "netDevices": [{"hostInterfaceName": "eth7", "name": "fast0"}],
                "mounts": [{"hostPath": "/usr/lib/v", "containerPath": "/usr/lib/v", "options": ["ro", "rbind"], "type": "none"}],
                "hooks": [{"hookName": "createContainer", "path": "/usr/bin/h", "args": ["h", "-x"], "env": ["A=b"], "timeout": 5}],
                "intelRdt": {"closID": "class", "l3CacheSchema": "L3:0=f", "memBwSchema": "MB:0=70", "schemata": ["L2:0=3"],
                    "enableMonitoring": true},
                "additionalGids": [44, 109]}}],
             "containerEdits": {"env": ["VENDOR=1"]}}""";

    private static final String YAML = """
            ---
            # Of a vendor's own tool.
            cdiVersion: 1.1.0
            kind: vendor.com/gpu.mig
            annotations: {vendor.com/about: all of it}
            containerEdits:
              env: [VENDOR=1]
            devices:
            - name: 0
              annotations: {slot: 3}
              containerEdits:
                env:
                - GPU=0
                deviceNodes:
                - path: /dev/gpu0
                  hostPath: /dev/vendor/gpu0
                  type: c
                  major: 195
                  minor: 7
                  fileMode: 0660
                  permissions: rw
                  uid: 10
                  gid: 4294967295
                netDevices:
                - {hostInterfaceName: eth7, name: fast0}
                mounts:
                - hostPath: /usr/lib/v
                  containerPath: /usr/lib/v
                  options: [ro, rbind]
                  type: none
                hooks:
                - {hookName: createContainer, path: /usr/bin/h, args: [h, -x], env: [A=b], timeout: 5}
                intelRdt:
                  closID: class
                  l3CacheSchema: L3:0=f
                  memBwSchema: MB:0=70
                  schemata: ['L2:0=3']
                  enableMonitoring: true
                additionalGids: [44, 109]
            """;

    private static final CdiSpec MEANT = new CdiSpec(
            "1.1.0",
            "vendor.com/gpu.mig",
            Map.of("vendor.com/about", "all of it"),
            List.of(new CdiSpec.Device(
                    "0",
                    Map.of("slot", "3"),
                    new ContainerEdits(
                            List.of("GPU=0"),
                            List.of(new DeviceNode(
                                    "/dev/gpu0", "/dev/vendor/gpu0", "c", 195, 7, 0660, "rw", 10L, 4294967295L)),
                            List.of(new NetDevice("eth7", "fast0")),
                            List.of(new Hook("createContainer", "/usr/bin/h", List.of("h", "-x"), List.of("A=b"), 5)),
                            List.of(new Mount("/usr/lib/v", "/usr/lib/v", List.of("ro", "rbind"), "none")),
                            new IntelRdt("class", "L3:0=f", "MB:0=70", List.of("L2:0=3"), true),
                            List.of(44L, 109L)))),
            new ContainerEdits(List.of("VENDOR=1"), List.of(), List.of(), List.of(), List.of(), null, List.of()));

    @Test
    void jsonAndYamlSayTheSame() {
        assertThat(SpecText.json(bytes(JSON))).isEqualTo(MEANT);
        assertThat(SpecText.yaml(bytes(YAML))).isEqualTo(MEANT);
        assertThatCode(() -> SpecRules.check(MEANT)).doesNotThrowAnyException();
    }

    @Test
    void whatIsNoSpecificationIsRefusedWithTheReason() {
        assertThatThrownBy(() -> SpecText.json(bytes(""))).hasMessage("it is empty");
        assertThatThrownBy(() -> SpecText.yaml(bytes("# nothing\n"))).hasMessage("it is empty");
        assertThatThrownBy(() -> SpecText.yaml(bytes("just a text"))).hasMessage("it is no object of fields");
        assertThatThrownBy(() -> SpecText.json(bytes("{\n\"kind\": \"a\","))).hasMessageStartingWith("line 2: ");
        assertThatThrownBy(() -> SpecText.json(bytes("{\"kind\": \"a\", \"kind\": \"b\"}")))
                .hasMessageContaining("Duplicate field 'kind'");
        assertThatThrownBy(() -> SpecText.yaml(bytes("kind: a\nkind: b\n"))).hasMessageContaining("duplicate key kind");
        assertThatThrownBy(() -> SpecText.json(bytes("{} {}"))).hasMessageContaining("Trailing token");
        assertThatThrownBy(() -> SpecText.yaml(bytes("kind: a\n---\nkind: b\n")))
                .hasMessageContaining("single document");
        assertThatThrownBy(() -> SpecText.yaml(bytes("kind: !!java.net.URL [\"http://x\"]\n")))
                .hasMessageContaining("Global tag is not allowed");
        assertThatThrownBy(() -> SpecText.json(bytes("{\"devices\": [{\"name\": \"a\", \"containerEdit\": {}}]}")))
                .hasMessage("there is no field devices[0].containerEdit");
        assertThatThrownBy(() -> SpecText.json(bytes("{\"devices\": {\"name\": \"a\"}}")))
                .hasMessageStartingWith("field devices: ");
        assertThatThrownBy(() -> SpecText.yaml(bytes("containerEdits: {deviceNodes: [{major: 1.5}]}")))
                .hasMessageStartingWith("field containerEdits.deviceNodes[0].major: ");
    }

    /** A file with one device; the columns are its version, its kind, and a device in YAML. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "0.3.0  | vendor.com/gpu | {name: a, containerEdits: {env: [A=b]}}",
                "v0.3.0 | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: /dev/a}]}}",
                "0.3.0  | v/c            | {name: 'a:b_c-d.e', containerEdits: {env: [A=]}}",
                "0.4.0  | vendor.com/gpu | {name: a, containerEdits: {mounts: [{hostPath: /a, containerPath: /b, type: none}]}}",
                "0.5.0  | vendor.com/gpu | {name: 0a, containerEdits: {env: [A=b]}}",
                "0.5.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: /dev/a, hostPath: /dev/b}]}}",
                "0.6.0  | vendor.com/g.u | {name: a, containerEdits: {env: [A=b]}}",
                "0.6.0  | vendor.com/gpu | {name: a, annotations: {b: c}, containerEdits: {env: [A=b]}}",
                "0.7.0  | vendor.com/gpu | {name: a, containerEdits: {additionalGids: [1]}}",
                "0.7.0  | vendor.com/gpu | {name: a, containerEdits: {intelRdt: {closID: /}}}",
                "0.8.0  | vendor.com/gpu | {name: a, containerEdits: {env: [A=b]}}",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: /dev/a, permissions: none}]}}",
                "1.1.0  | vendor.com/gpu | {name: a, containerEdits: {netDevices: [{hostInterfaceName: a, name: b}]}}",
            })
    void theseAreGood(String version, String kind, String device) {
        assertThatCode(() -> check(version, kind, device)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "''     | vendor.com/gpu | {name: a, containerEdits: {env: [A=b]}} | cdiVersion '' is none of 0.3.0 to 1.1.0",
                "1.2.0  | vendor.com/gpu | {name: a, containerEdits: {env: [A=b]}} | cdiVersion '1.2.0' is none of",
                "0.2.0  | vendor.com/gpu | {name: a, containerEdits: {env: [A=b]}} | cdiVersion is 0.2.0, but what this reader knows needs at least 0.3.0",
                "0.3.0  | vendor.com/gpu | {name: a, containerEdits: {mounts: [{hostPath: /a, containerPath: /b, type: none}]}} | mounts.type needs at least 0.4.0",
                "0.4.0  | vendor.com/gpu | {name: 0a, containerEdits: {env: [A=b]}} | a device name that begins with a digit needs at least 0.5.0",
                "0.4.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: /dev/a, hostPath: /dev/b}]}} | deviceNodes.hostPath needs at least 0.5.0",
                "0.5.0  | vendor.com/g.u | {name: a, containerEdits: {env: [A=b]}} | a dot in the class of kind needs at least 0.6.0",
                "0.5.0  | vendor.com/gpu | {name: a, annotations: {b: c}, containerEdits: {env: [A=b]}} | annotations needs at least 0.6.0",
                "0.6.0  | vendor.com/gpu | {name: a, containerEdits: {additionalGids: [1]}} | additionalGids needs at least 0.7.0",
                "0.6.0  | vendor.com/gpu | {name: a, containerEdits: {intelRdt: {closID: a}}} | intelRdt needs at least 0.7.0",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {intelRdt: {schemata: []}}} | intelRdt.schemata or intelRdt.enableMonitoring needs at least 1.1.0",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {netDevices: [{hostInterfaceName: a, name: b}]}} | netDevices needs at least 1.1.0",
                "1.0.0  | gpu            | {name: a, containerEdits: {env: [A=b]}} | kind 'gpu' is not of the form vendor.com/class",
                "1.0.0  | 1vendor/gpu    | {name: a, containerEdits: {env: [A=b]}} | kind '1vendor/gpu'",
                "1.0.0  | vendor-/gpu    | {name: a, containerEdits: {env: [A=b]}} | kind 'vendor-/gpu'",
                "1.0.0  | vendor/g/u     | {name: a, containerEdits: {env: [A=b]}} | kind 'vendor/g/u'",
                "1.0.0  | vendor.com/gpu | {name: a=b, containerEdits: {env: [A=b]}} | device name 'a=b'",
                "1.0.0  | vendor.com/gpu | {name: 'a:', containerEdits: {env: [A=b]}} | device name 'a:'",
                "1.0.0  | vendor.com/gpu | {containerEdits: {env: [A=b]}} | device name ''",
                "1.0.0  | vendor.com/gpu | {name: a} | containerEdits of device a are empty",
                "1.0.0  | vendor.com/gpu | {name: a, annotations: {-b: c}, containerEdits: {env: [A=b]}} | annotations of device a have the key '-b'",
                "1.0.0  | vendor.com/gpu | {name: a, annotations: {B.c/d: e}, containerEdits: {env: [A=b]}} | the key 'B.c/d'",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {env: [A]}} | containerEdits of device a: env 'A' is not of the form NAME=value",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {env: ['=b']}} | env '=b'",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{hostPath: /dev/a}]}} | deviceNodes has one without a path",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: dev/a}]}} | path 'dev/a' is not absolute",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: /dev/a, type: d}]}} | type 'd' is none of b, c, u and p",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: /dev/a, permissions: rx}]}} | permissions 'rx'",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: /dev/a, major: -1}]}} | major and minor are negative",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {deviceNodes: [{path: /dev/a, uid: 4294967296}]}} | uid 4294967296 is not from 0 to 4294967295",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {additionalGids: [-1]}} | additionalGids -1 is not from 0",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {hooks: [{hookName: start, path: /a}]}} | hookName 'start' is none of [createContainer, createRuntime, poststart, poststop, prestart, startContainer]",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {hooks: [{hookName: poststop, path: a}]}} | hook poststop: path 'a' is not absolute",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {hooks: [{hookName: poststop, path: /a, timeout: 0}]}} | timeout 0 is not greater than 0",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {hooks: [{hookName: poststop, path: /a, env: [b]}]}} | hook poststop: env 'b'",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {mounts: [{hostPath: /a}]}} | a mount needs hostPath and containerPath",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {mounts: [{hostPath: /a, containerPath: b}]}} | containerPath 'b' is not absolute",
                "1.0.0  | vendor.com/gpu | {name: a, containerEdits: {intelRdt: {closID: a/b}}} | closID 'a/b' is no file name",
                "1.1.0  | vendor.com/gpu | {name: a, containerEdits: {netDevices: [{name: b}]}} | netDevices need hostInterfaceName and name",
                "1.1.0  | vendor.com/gpu | {name: a, containerEdits: {netDevices: [{hostInterfaceName: a, name: b}, {hostInterfaceName: c, name: b}]}} | netDevices c as b is there twice",
            })
    void theseAreBad(String version, String kind, String device, String reason) {
        assertThatThrownBy(() -> check(version.equals("''") ? "" : version, kind, device))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aFileHasDevicesAndEachOnce() {
        assertThatThrownBy(() -> SpecRules.check(SpecText.yaml(bytes("{cdiVersion: 0.5.0, kind: v/c, devices: []}"))))
                .hasMessage("devices is empty");
        String device = "{name: a, containerEdits: {env: [A=b]}}";
        assertThatThrownBy(() -> SpecRules.check(SpecText.yaml(
                        bytes("{cdiVersion: 0.5.0, kind: v/c, devices: [%s, %s]}".formatted(device, device)))))
                .hasMessage("device a is there twice");
    }

    private static void check(String version, String kind, String device) {
        SpecRules.check(
                SpecText.yaml(bytes("{cdiVersion: '%s', kind: '%s', devices: [%s]}".formatted(version, kind, device))));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
