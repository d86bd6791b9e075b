package io.windlass.nri.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.nri.adjustment.RecordingTarget;
import io.windlass.nri.adjustment.Views;
import io.windlass.nri.ttrpc.RpcException;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.plugin.Creation;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.plugin.Update;
import io.windlass.proto.nri.ConfigureRequest;
import io.windlass.proto.nri.ConfigureResponse;
import io.windlass.proto.nri.ContainerUpdate;
import io.windlass.proto.nri.CreateContainerRequest;
import io.windlass.proto.nri.CreateContainerResponse;
import io.windlass.proto.nri.Empty;
import io.windlass.proto.nri.Event;
import io.windlass.proto.nri.PluginInstance;
import io.windlass.proto.nri.PodSandbox;
import io.windlass.proto.nri.RunPodSandboxRequest;
import io.windlass.proto.nri.StateChangeEvent;
import io.windlass.proto.nri.StopContainerRequest;
import io.windlass.proto.nri.StopContainerResponse;
import io.windlass.proto.nri.SynchronizeRequest;
import io.windlass.proto.nri.SynchronizeResponse;
import io.windlass.proto.nri.UpdateContainerRequest;
import io.windlass.proto.nri.UpdateContainerResponse;
import io.windlass.proto.nri.UpdateContainersRequest;
import io.windlass.proto.nri.ValidateContainerAdjustmentRequest;
import io.windlass.proto.nri.ValidateContainerAdjustmentResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class NriTest {
    private static final Duration REQUEST = Duration.ofMillis(300);

    @TempDir
    private Path folder;

    private final RecordingTarget target = new RecordingTarget("gone");
    private final List<PeerPlugin> peers = new ArrayList<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private Path socket;
    private Nri nri;
    private PodPlugins plugins;

    @BeforeEach
    void start() {
        socket = folder.resolve("run/nri.sock");
        nri = new Nri(new NriSettings(
                Optional.of(socket),
                folder.resolve("plugins"),
                folder.resolve("conf"),
                Path.of("/nonexistent"),
                REQUEST,
                REQUEST,
                Duration.ofSeconds(10),
                "1.2.3"));
        plugins = nri.plugins();
        nri.start(target);
    }

    @AfterEach
    void end() {
        never.countDown();
        peers.forEach(PeerPlugin::close);
        nri.close();
        assertThat(socket).doesNotExist();
    }

    @Test
    void aPluginThatConnectsIsConfiguredAndShownWhatThereIs() throws Exception {
        target.has(List.of(Views.pod(Views.POD)), List.of(Views.unmade()));
        PeerPlugin peer = peer("10", "one").join();
        ConfigureRequest configured = peer.configured();
        assertThat(configured.getRuntimeName()).isEqualTo("windlass");
        assertThat(configured.getRuntimeVersion()).isEqualTo("1.2.3");
        assertThat(configured.getRequestTimeout()).isEqualTo(300);
        assertThat(configured.getRegistrationTimeout()).isEqualTo(300);
        assertThat(configured.getNRIVersion()).isEqualTo("v0.12.5");
        assertThat(peer.synchronizations()).singleElement().satisfies(shown -> {
            assertThat(shown.getPodsList()).extracting(PodSandbox::getId).containsExactly(Views.POD);
            assertThat(shown.getPods(0).getIpsList()).containsExactly("127.0.0.1");
            assertThat(shown.getContainers(0).getId()).isEqualTo(Views.ID);
        });
        assertThat(nri.names()).containsExactly("10-one");
    }

    @ParameterizedTest
    @CsvSource({"1, one", "x1, one", "100, one", "10, ''", "10, a/b", "10, a b"})
    void aPluginThatNamesItselfWronglyHearsWhy(String index, String name) {
        PeerPlugin peer = peer(index, name).serve();
        assertThatThrownBy(peer::register).hasMessageContaining("cannot register plugin '" + name + "'");
        assertThat(nri.names()).isEmpty();
    }

    @Test
    void aPluginThatDoesNotRegisterIsLetGo() throws Exception {
        assertThat(peer("10", "silent").serve().awaitEnd()).isTrue();
    }

    @Test
    void whoHasNotRegisteredMayNotUpdateContainers() {
        PeerPlugin peer = peer("10", "early").serve();
        assertThatThrownBy(() -> peer.update(UpdateContainersRequest.getDefaultInstance()))
                .hasMessage("cannot update containers for a plugin that has not registered");
    }

    @Test
    void aPluginThatAsksForUnknownEventsIsLetGo() throws Exception {
        PeerPlugin peer = peer("10", "curious")
                .configuration(ConfigureResponse.newBuilder().setEvents(1 << 20))
                .serve();
        registerInVain(peer);
        assertThat(peer.awaitEnd()).isTrue();
        assertThat(nri.names()).isEmpty();
    }

    @Test
    void pluginsTakeTheirTurnsByIndexWheneverTheyCame() throws Exception {
        List<String> turns = new CopyOnWriteArrayList<>();
        for (String index : List.of("20", "05", "10", "05")) {
            String name = "p" + peers.size();
            peer(index, name)
                    .events(Event.RUN_POD_SANDBOX)
                    .on("RunPodSandbox", RunPodSandboxRequest.parser(), _ -> {
                        turns.add(index + "-" + name);
                        return Empty.getDefaultInstance();
                    })
                    .join();
        }
        plugins.runPodSandbox(Views.pod(Views.POD));
        assertThat(turns).containsExactly("05-p1", "05-p3", "10-p2", "20-p0").isEqualTo(nri.names());
    }

    @Test
    void aPluginHearsOnlyOfTheEventsItWants() throws Exception {
        PeerPlugin peer = answering(peer("10", "picky").events(Event.START_CONTAINER, Event.POST_UPDATE_POD_SANDBOX))
                .join();
        everything();
        assertThat(peer.heard()).containsExactly("StartContainer", "PostUpdatePodSandbox");
    }

    @Test
    void aPluginThatNamesNoEventsHearsOfAll() throws Exception {
        PeerPlugin peer = answering(peer("10", "all")).join();
        everything();
        assertThat(peer.heard())
                .containsExactly(
                        "RunPodSandbox",
                        "CreateContainer",
                        "ValidateContainerAdjustment",
                        "PostCreateContainer",
                        "StartContainer",
                        "PostStartContainer",
                        "UpdateContainer",
                        "PostUpdateContainer",
                        "UpdatePodSandbox",
                        "PostUpdatePodSandbox",
                        "StopContainer",
                        "RemoveContainer",
                        "StopPodSandbox",
                        "RemovePodSandbox");
    }

    @Test
    void aPluginOfAnOldVersionHearsOfChangesOfState() throws Exception {
        List<String> changes = new CopyOnWriteArrayList<>();
        peer("10", "old")
                .events(Event.RUN_POD_SANDBOX, Event.POST_START_CONTAINER, Event.REMOVE_CONTAINER)
                .on("StateChange", StateChangeEvent.parser(), change -> {
                    changes.add(change.getEvent() + " " + change.getPod().getName() + " "
                            + change.getContainer().getName());
                    return Empty.getDefaultInstance();
                })
                .join();
        plugins.runPodSandbox(Views.pod(Views.POD));
        plugins.runPodSandbox(Views.pod(Views.POD));
        plugins.postStartContainer(Views.pod(Views.POD), Views.unmade());
        plugins.removeContainer(Views.pod(Views.POD), Views.unmade());
        assertThat(changes)
                .containsExactly(
                        "RUN_POD_SANDBOX pod ",
                        "RUN_POD_SANDBOX pod ",
                        "POST_START_CONTAINER pod main",
                        "REMOVE_CONTAINER pod main");
    }

    @Test
    void aPluginThatHangsIsGivenUpAndTheRequestGoesOn() throws Exception {
        PeerPlugin hanging = creating(peer("10", "hangs"), _ -> hang()).join();
        creating(peer("20", "works"), _ -> adjustment("env { key: 'E' value: '1' }"))
                .join();
        Creation creation = create();
        assertThat(Objects.requireNonNull(creation.spec().process()).env()).contains("E=1");
        assertThat(hanging.awaitEnd()).isTrue();
        assertThat(nri.names()).containsExactly("20-works");
    }

    @Test
    void aPluginThatHangsFailsTheRequestIfItSaidSoAndIsGivenUp() throws Exception {
        PeerPlugin hanging = creating(peer("10", "strict").configuration(policy(true, false)), _ -> hang())
                .join();
        assertThatThrownBy(this::create)
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.UNAVAILABLE))
                .hasMessage("plugin 10-strict failed at CreateContainer: no answer to CreateContainer within 300 ms");
        assertThat(hanging.awaitEnd()).isTrue();
        assertThat(create().spec()).isEqualTo(Views.unmade().definition().spec());
    }

    @Test
    void aPluginThatIsLateIsKeptIfItSaidSo() throws Exception {
        CompletableFuture<Void> late = new CompletableFuture<>();
        creating(peer("10", "late").configuration(policy(false, true)), _ -> {
                    if (late.complete(null)) {
                        hang();
                    }
                    return adjustment("env { key: 'E' value: '1' }");
                })
                .join();
        assertThat(Objects.requireNonNull(create().spec().process()).env()).doesNotContain("E=1");
        assertThat(Objects.requireNonNull(create().spec().process()).env()).contains("E=1");
        assertThat(nri.names()).containsExactly("10-late");
    }

    @Test
    void aPluginThatDiesInARequestIsLeftBehind() throws Exception {
        PeerPlugin dying = peer("10", "dies");
        creating(dying, _ -> {
                    dying.close();
                    return CreateContainerResponse.getDefaultInstance();
                })
                .join();
        assertThat(create().spec()).isEqualTo(Views.unmade().definition().spec());
        assertThat(nri.names()).isEmpty();
    }

    @Test
    void aPluginThatWentBetweenRequestsFailsNone() throws Exception {
        PeerPlugin gone = creating(
                        peer("10", "gone").configuration(policy(true, true)),
                        _ -> CreateContainerResponse.getDefaultInstance())
                .join();
        gone.close();
        while (!nri.names().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(create().spec()).isEqualTo(Views.unmade().definition().spec());
    }

    @Test
    void aRefusalFailsWhatIsStillToComeAndNothingElse() throws Exception {
        PeerPlugin peer = answering(peer("10", "refuses"), () -> {
                    throw Fault.precondition("no");
                })
                .join();
        for (Runnable call : List.<Runnable>of(
                () -> plugins.runPodSandbox(Views.pod(Views.POD)),
                this::create,
                () -> plugins.startContainer(Views.pod(Views.POD), Views.unmade()),
                () -> update(LinuxContainerResources.NONE),
                () -> plugins.updatePodSandbox(
                        Views.pod(Views.POD), LinuxContainerResources.NONE, LinuxContainerResources.NONE))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(Fault.class)
                    .hasMessageMatching("plugin 10-refuses refused \\w+: no");
        }
        plugins.postCreateContainer(Views.pod(Views.POD), Views.unmade());
        plugins.postStartContainer(Views.pod(Views.POD), Views.unmade());
        plugins.postUpdateContainer(Views.pod(Views.POD), Views.unmade());
        plugins.postUpdatePodSandbox(Views.pod(Views.POD));
        assertThat(plugins.stopContainer(Views.pod(Views.POD), Views.unmade())).isEmpty();
        plugins.removeContainer(Views.pod(Views.POD), Views.unmade());
        plugins.abandonContainer(Views.pod(Views.POD), Views.unmade());
        plugins.stopPodSandbox(Views.pod(Views.POD));
        plugins.removePodSandbox(Views.pod(Views.POD));
        assertThat(peer.heard()).hasSize(14);
        assertThat(nri.names()).containsExactly("10-refuses");
    }

    @Test
    void eachPluginSeesTheAdjustmentsOfThoseBeforeAndConflictsNameBoth() throws Exception {
        creating(peer("10", "first"), _ -> adjustment("env { key: 'E' value: '1' }"))
                .join();
        List<String> seen = new CopyOnWriteArrayList<>();
        creating(peer("20", "second"), request -> {
                    seen.addAll(request.getContainer().getEnvList());
                    return adjustment("env { key: 'E' value: '2' }");
                })
                .join();
        assertThatThrownBy(this::create)
                .hasMessage(
                        "cannot adjust container " + Views.ID + ": plugins 10-first and 20-second both set Env 'E'");
        assertThat(seen).contains("E=1");
    }

    @Test
    void aValidatorSeesWhatOthersDidAndMayRejectIt() throws Exception {
        creating(peer("10", "adjusts"), _ -> adjustment("env { key: 'E' value: '1' }"))
                .join();
        List<ValidateContainerAdjustmentRequest> asked = new CopyOnWriteArrayList<>();
        peer("00", "validates")
                .events(Event.VALIDATE_CONTAINER_ADJUSTMENT)
                .on("ValidateContainerAdjustment", ValidateContainerAdjustmentRequest.parser(), request -> {
                    asked.add(request);
                    return ValidateContainerAdjustmentResponse.newBuilder()
                            .setReject(true)
                            .setReason("not here")
                            .build();
                })
                .join();
        assertThatThrownBy(this::create).hasMessage("plugin 00-validates rejected the adjustments: not here");
        assertThat(asked).singleElement().satisfies(request -> {
            assertThat(request.getAdjust().getEnv(0).getKey()).isEqualTo("E");
            assertThat(request.getPluginsList())
                    .extracting(PluginInstance::getName)
                    .containsExactly("validates", "adjusts");
            assertThat(request.getPod().getId()).isEqualTo(Views.POD);
        });
    }

    @Test
    void aValidatorThatDoesNotAnswerFailsTheCreation() throws Exception {
        PeerPlugin peer = peer("00", "validates")
                .events(Event.VALIDATE_CONTAINER_ADJUSTMENT)
                .on("ValidateContainerAdjustment", ValidateContainerAdjustmentRequest.parser(), _ -> hang())
                .join();
        assertThatThrownBy(this::create)
                .hasMessage("plugin 00-validates did not validate the adjustments:"
                        + " no answer to ValidateContainerAdjustment within 300 ms");
        assertThat(peer.awaitEnd()).isTrue();
        assertThat(create()).isNotNull();
    }

    @Test
    void evictionsAreCarriedOutWhenTheCreationGoesOn() throws Exception {
        creating(
                        peer("10", "evicts"),
                        _ -> Views.text(
                                        "evict { container_id: 'x' reason: 'too many' }",
                                        CreateContainerResponse.newBuilder())
                                .build())
                .join();
        create();
        assertThat(target.evicted()).isEqualTo("x: too many");
    }

    @Test
    void anUpdateIsChangedByPluginsAndTheyEvict() throws Exception {
        peer("10", "updates")
                .events(Event.UPDATE_CONTAINER)
                .on("UpdateContainer", UpdateContainerRequest.parser(), request -> {
                    assertThat(request.getLinuxResources().getCpu().getShares().getValue())
                            .isEqualTo(5);
                    return Views.text("""
                                    update { container_id: '%s' linux { resources { cpu { shares { value: 6 } } } } }
                                    update { container_id: 'other' linux { resources { cpu { shares { value: 7 } } } } }
                                    evict { container_id: 'y' reason: 'room' }
                                    """.formatted(Views.ID), UpdateContainerResponse.newBuilder())
                            .build();
                })
                .join();
        Update update = update(new LinuxContainerResources(0, 0, 5, 0, 0, "", "", List.of(), Map.of(), 0));
        assertThat(update.resources().cpuShares()).isEqualTo(6);
        assertThat(update.changes()).extracting(ContainerChange::containerId).containsExactly("other");
        assertThat(target.evicted()).isEqualTo("y: room");
    }

    @Test
    void theEndOfAContainerMayChangeOthers() throws Exception {
        peer("10", "rebalances")
                .events(Event.STOP_CONTAINER)
                .on(
                        "StopContainer",
                        StopContainerRequest.parser(),
                        _ -> Views.text(
                                        "update { container_id: 'other' linux { resources { cpu { cpus: '0-3' } } } }",
                                        StopContainerResponse.newBuilder())
                                .build())
                .join();
        assertThat(plugins.stopContainer(Views.pod(Views.POD), Views.unmade()))
                .extracting(ContainerChange::containerId)
                .containsExactly("other");
    }

    @Test
    void aPluginUpdatesAndEvictsContainersByItself() throws Exception {
        PeerPlugin peer = peer("10", "active").join();
        assertThat(peer.update(Views.text("""
                                update { container_id: 'x' linux { resources { cpu { shares { value: 7 } } } } }
                                update { container_id: 'gone' linux { resources { cpu { shares { value: 7 } } } } }
                                evict { container_id: 'z' reason: 'why not' }
                                """, UpdateContainersRequest.newBuilder())
                                .build())
                        .getFailedList())
                .extracting(ContainerUpdate::getContainerId)
                .containsExactly("gone");
        assertThat(target.updated()).extracting(ContainerChange::containerId).containsExactly("x", "gone");
        assertThat(target.evicted()).isEqualTo("z: why not");
    }

    @Test
    void whatAPluginAsksForWhenItIsShownWhatThereIsIsApplied() throws Exception {
        peer("10", "tunes")
                .onSynchronize(
                        _ -> Views.text("""
                                update { container_id: 'x' linux { resources { cpu { shares { value: 7 } } } } }
                                update { container_id: 'y' linux { resources { memory { swappiness { value: 7 } } } } }
                                """, SynchronizeResponse.newBuilder()).build())
                .join();
        while (target.updated().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(target.updated()).extracting(ContainerChange::containerId).containsExactly("x");
    }

    @Test
    void whoRegistersWhileAnOperationRunsIsShownItsOutcome() throws Exception {
        PeerPlugin peer = peer("10", "waits").serve();
        try (PodPlugins.Hold _ = plugins.hold()) {
            peer.register();
            peer.configured();
            assertThat(peer.synchronizations()).isEmpty();
            target.has(List.of(Views.pod(Views.POD)), List.of());
        }
        while (peer.synchronizations().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(peer.synchronizations().getFirst().getPodsCount()).isEqualTo(1);
    }

    @Test
    void operationsGoOnWhileAPluginTakesInWhatThereIsAndItHearsOfThemAfterwards() throws Exception {
        CountDownLatch taking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PeerPlugin peer = answering(peer("10", "slow"))
                .events(Event.RUN_POD_SANDBOX)
                .onSynchronize(_ -> {
                    taking.countDown();
                    await(go);
                    return SynchronizeResponse.getDefaultInstance();
                })
                .serve();
        peer.register();
        await(taking);
        try (PodPlugins.Hold _ = plugins.hold()) {
            CompletableFuture<Void> run = CompletableFuture.runAsync(() -> plugins.runPodSandbox(Views.pod(Views.POD)));
            assertThat(peer.heard()).isEmpty();
            go.countDown();
            run.get(10, TimeUnit.SECONDS);
        }
        assertThat(peer.heard()).containsExactly("RunPodSandbox");
    }

    @Test
    void moreThanAMessageHoldsIsShownInSeveral() throws Exception {
        target.has(
                IntStream.range(0, 3000).mapToObj(NriTest::pod).toList(),
                IntStream.range(0, 12_000)
                        .mapToObj(i -> Views.container(id(i), "c" + i, Optional.empty()))
                        .toList());
        PeerPlugin peer = peer("10", "patient").join();
        List<SynchronizeRequest> shown = peer.synchronizations();
        assertThat(shown).hasSizeGreaterThan(1);
        assertThat(shown.subList(0, shown.size() - 1)).allMatch(SynchronizeRequest::getMore);
        assertThat(shown.getLast().getMore()).isFalse();
        assertThat(shown.stream()
                        .flatMap(message -> message.getPodsList().stream())
                        .map(PodSandbox::getId))
                .containsExactlyElementsOf(
                        IntStream.range(0, 3000).mapToObj(NriTest::id).toList());
        assertThat(shown.stream()
                        .flatMap(message -> message.getContainersList().stream())
                        .map(io.windlass.proto.nri.Container::getId))
                .containsExactlyElementsOf(
                        IntStream.range(0, 12_000).mapToObj(NriTest::id).toList());
    }

    @Test
    void aPluginThatCannotTakeSeveralMessagesIsLetGo() throws Exception {
        target.has(
                List.of(),
                IntStream.range(0, 12_000)
                        .mapToObj(i -> Views.container(id(i), "c" + i, Optional.empty()))
                        .toList());
        PeerPlugin peer = peer("10", "simple")
                .onSynchronize(_ -> SynchronizeResponse.getDefaultInstance())
                .serve();
        registerInVain(peer);
        assertThat(peer.awaitEnd()).isTrue();
        assertThat(nri.names()).isEmpty();
    }

    @Test
    void pluginsHearOfTheDaemonsEnd() throws Exception {
        PeerPlugin peer = peer("10", "loyal").join();
        PeerPlugin hanging =
                peer("20", "hangs").on("Shutdown", Empty.parser(), _ -> hang()).join();
        nri.close();
        assertThat(peer.heard()).containsExactly("Shutdown");
        assertThat(peer.awaitEnd()).isTrue();
        assertThat(hanging.awaitEnd()).isTrue();
    }

    private static void registerInVain(PeerPlugin peer) throws InterruptedException {
        try {
            peer.register();
        } catch (RpcException e) {
            // The end may overtake the answer.
            assertThat(e.reason()).isEqualTo(RpcException.Reason.CLOSED);
        }
    }

    private void everything() {
        plugins.runPodSandbox(Views.pod(Views.POD));
        create();
        plugins.postCreateContainer(Views.pod(Views.POD), Views.unmade());
        plugins.startContainer(Views.pod(Views.POD), Views.unmade());
        plugins.postStartContainer(Views.pod(Views.POD), Views.unmade());
        update(LinuxContainerResources.NONE);
        plugins.postUpdateContainer(Views.pod(Views.POD), Views.unmade());
        plugins.updatePodSandbox(Views.pod(Views.POD), LinuxContainerResources.NONE, LinuxContainerResources.NONE);
        plugins.postUpdatePodSandbox(Views.pod(Views.POD));
        plugins.stopContainer(Views.pod(Views.POD), Views.unmade());
        plugins.removeContainer(Views.pod(Views.POD), Views.unmade());
        plugins.stopPodSandbox(Views.pod(Views.POD));
        plugins.removePodSandbox(Views.pod(Views.POD));
    }

    private Creation create() {
        return plugins.createContainer(Views.pod(Views.POD), Views.unmade());
    }

    private Update update(LinuxContainerResources resources) {
        return plugins.updateContainer(Views.pod(Views.POD), Views.unmade(), resources);
    }

    private PeerPlugin peer(String index, String name) {
        PeerPlugin peer = new PeerPlugin(socket, index, name);
        peers.add(peer);
        return peer;
    }

    private static PeerPlugin answering(PeerPlugin peer) {
        return answering(peer, () -> {});
    }

    /** Answers to all events, with nothing, after {@code before}. */
    private static PeerPlugin answering(PeerPlugin peer, Runnable before) {
        for (String method : List.of(
                "RunPodSandbox",
                "StopPodSandbox",
                "RemovePodSandbox",
                "UpdatePodSandbox",
                "PostUpdatePodSandbox",
                "CreateContainer",
                "PostCreateContainer",
                "StartContainer",
                "PostStartContainer",
                "UpdateContainer",
                "PostUpdateContainer",
                "StopContainer",
                "RemoveContainer",
                "ValidateContainerAdjustment")) {
            peer.on(method, Empty.parser(), _ -> {
                before.run();
                return Empty.getDefaultInstance();
            });
        }
        return peer;
    }

    private static PeerPlugin creating(
            PeerPlugin peer, java.util.function.Function<CreateContainerRequest, com.google.protobuf.Message> handler) {
        return peer.events(Event.CREATE_CONTAINER).on("CreateContainer", CreateContainerRequest.parser(), handler);
    }

    private static CreateContainerResponse adjustment(String text) {
        return Views.text("adjust { " + text + " }", CreateContainerResponse.newBuilder())
                .build();
    }

    private static ConfigureResponse.Builder policy(boolean failRequest, boolean keepConnected) {
        ConfigureResponse.Builder configuration = ConfigureResponse.newBuilder();
        configuration.getFailurePolicyBuilder().setFailRequest(failRequest).setKeepConnected(keepConnected);
        return configuration;
    }

    /** Until the test is over. */
    private Empty hang() {
        await(never);
        return Empty.getDefaultInstance();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static io.windlass.pod.plugin.PodView pod(int number) {
        return Views.pod(id(number));
    }

    private static String id(int number) {
        return "%064x".formatted(number);
    }
}
