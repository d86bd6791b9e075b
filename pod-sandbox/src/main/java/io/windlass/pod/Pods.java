package io.windlass.pod;

import io.windlass.pod.container.ContainerStatsQuery;
import io.windlass.pod.container.ContainerStatusQuery;
import io.windlass.pod.container.CreateContainer;
import io.windlass.pod.container.ExecSync;
import io.windlass.pod.container.ListContainers;
import io.windlass.pod.container.OpenAttach;
import io.windlass.pod.container.OpenExec;
import io.windlass.pod.container.RemoveContainer;
import io.windlass.pod.container.ReopenContainerLog;
import io.windlass.pod.container.StartContainer;
import io.windlass.pod.container.StopContainer;
import io.windlass.pod.container.UpdateContainerResources;
import io.windlass.pod.events.PodEvents;
import io.windlass.pod.sandbox.ConnectPort;
import io.windlass.pod.sandbox.ListPodSandboxes;
import io.windlass.pod.sandbox.PodSandboxStatsQuery;
import io.windlass.pod.sandbox.PodSandboxStatusQuery;
import io.windlass.pod.sandbox.RemovePodSandbox;
import io.windlass.pod.sandbox.RunPodSandbox;
import io.windlass.pod.sandbox.StopPodSandbox;

/** The operations on pods and containers, wired to one store. Every operation is thread-safe. */
public record Pods(
        RunPodSandbox runPodSandbox,
        StopPodSandbox stopPodSandbox,
        RemovePodSandbox removePodSandbox,
        ListPodSandboxes listPodSandboxes,
        PodSandboxStatusQuery podSandboxStatus,
        PodSandboxStatsQuery podSandboxStats,
        ConnectPort connectPort,
        CreateContainer createContainer,
        StartContainer startContainer,
        StopContainer stopContainer,
        RemoveContainer removeContainer,
        ListContainers listContainers,
        ContainerStatusQuery containerStatus,
        ContainerStatsQuery containerStats,
        UpdateContainerResources updateContainerResources,
        ReopenContainerLog reopenContainerLog,
        ExecSync execSync,
        OpenExec openExec,
        OpenAttach openAttach,
        PodEvents events) {}
