package io.windlass.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DebugFormat;
import io.windlass.cri.v1.AuthConfig;
import io.windlass.cri.v1.CriProto;
import io.windlass.cri.v1.ImageServiceGrpc;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import org.junit.jupiter.api.Test;

class CriWireFormatTest {

    @Test
    void theCriHasFortyThreeRpcs() {
        assertThat(RuntimeServiceGrpc.getServiceDescriptor().getMethods()).hasSize(37);
        assertThat(ImageServiceGrpc.getServiceDescriptor().getMethods()).hasSize(6);
        assertThat(CompareDescriptors.summary(CriProto.getDescriptor().toProto(), 0))
                .isEqualTo("check-proto: 43 RPCs, 175 messages, 478 fields, 11 enums: identical");
    }

    @Test
    void servicesAreCalledByTheNamesThatKubeletUses() {
        assertThat(RuntimeServiceGrpc.SERVICE_NAME).isEqualTo("runtime.v1.RuntimeService");
        assertThat(ImageServiceGrpc.SERVICE_NAME).isEqualTo("runtime.v1.ImageService");
    }

    @Test
    void debugFormatHidesTheSecretsOfRegistriesAndToStringDoesNot() {
        var auth = AuthConfig.newBuilder()
                .setUsername("reader")
                .setPassword("p4ssword")
                .build();

        assertThat(DebugFormat.singleLine().toString(auth)).contains("reader").doesNotContain("p4ssword");
        assertThat(auth.toString()).contains("p4ssword");
    }
}
