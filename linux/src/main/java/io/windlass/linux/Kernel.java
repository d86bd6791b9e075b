package io.windlass.linux;

/**
 * The real kernel, called through the foreign function interface. Stateless and thread-safe.
 *
 * <p>It is put together from one part for each group of calls.
 */
public final class Kernel
        implements Syscalls,
                KernelFiles,
                KernelContents,
                KernelAttributes,
                KernelQuotas,
                KernelMounts,
                KernelProcesses,
                KernelPrograms,
                KernelSockets {}
