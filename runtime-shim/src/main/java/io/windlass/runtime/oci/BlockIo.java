package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Block I/O weights and limits. */
public record BlockIo(
        @Nullable Integer weight,
        @Nullable Integer leafWeight,
        List<WeightDevice> weightDevice,
        List<ThrottleDevice> throttleReadBpsDevice,
        List<ThrottleDevice> throttleWriteBpsDevice,
        List<ThrottleDevice> throttleReadIOPSDevice,
        List<ThrottleDevice> throttleWriteIOPSDevice) {
    public BlockIo {
        weightDevice = Absent.list(weightDevice);
        throttleReadBpsDevice = Absent.list(throttleReadBpsDevice);
        throttleWriteBpsDevice = Absent.list(throttleWriteBpsDevice);
        throttleReadIOPSDevice = Absent.list(throttleReadIOPSDevice);
        throttleWriteIOPSDevice = Absent.list(throttleWriteIOPSDevice);
    }
}
