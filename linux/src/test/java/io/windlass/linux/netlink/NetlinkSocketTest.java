package io.windlass.linux.netlink;

import static io.windlass.linux.netlink.FakeTransport.acknowledgement;
import static io.windlass.linux.netlink.FakeTransport.explained;
import static io.windlass.linux.netlink.FakeTransport.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.linux.Errno;
import io.windlass.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class NetlinkSocketTest {
    private final FakeTransport kernel = new FakeTransport();
    private final NetlinkSocket socket = new NetlinkSocket(kernel);
    private final RouteSocket routes = new RouteSocket(socket);

    @Test
    void several_changes_go_in_one_datagram_and_each_is_acknowledged() {
        kernel.answer(acknowledgement(1, 0)).answer(acknowledgement(2, 0));
        routes.apply(RouteRequest.setUp("lo"), RouteRequest.setUp("eth0"));
        assertThat(kernel.sent).hasSize(1);
        assertThat(NetlinkReply.parse(ByteBuffer.wrap(kernel.sent.getFirst())))
                .extracting(NetlinkReply::sequence)
                .containsExactly(1, 2);
    }

    @Test
    void a_refusal_is_told_with_what_was_asked_and_the_kernels_own_words() {
        kernel.answer(explained(1, 22, "Unknown device type"));
        assertThatThrownBy(() -> routes.apply(RouteRequest.setUp("eth0")))
                .isInstanceOf(SyscallException.class)
                .hasMessage("netlink set link eth0 up: EINVAL (invalid argument): Unknown device type");
    }

    @Test
    void the_first_refusal_of_several_comes_first_and_the_others_are_kept() {
        kernel.answer(acknowledgement(1, 0)).answer(acknowledgement(2, 19)).answer(acknowledgement(3, 1));
        assertThatThrownBy(
                        () -> routes.apply(RouteRequest.setUp("a"), RouteRequest.setUp("b"), RouteRequest.setUp("c")))
                .hasMessageContaining("set link b up: ENODEV")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(other -> assertThat(other).hasMessageContaining("set link c up: EPERM")));
    }

    @Test
    void answers_to_earlier_exchanges_are_skipped() {
        kernel.answer(acknowledgement(99, 1), acknowledgement(1, 0));
        routes.apply(RouteRequest.setUp("lo"));
    }

    @Test
    void deleting_a_link_that_is_gone_is_no_error() {
        kernel.answer(acknowledgement(1, 19));
        routes.deleteLink("wl1");
    }

    @Test
    void a_dump_goes_over_several_datagrams_until_done() {
        kernel.answer(link(1, 1, "lo"), link(1, 2, "eth0"))
                .answer(link(1, 3, "eth1"))
                .answer(done(1, 0));
        assertThat(routes.links()).extracting(Link::name).containsExactly("lo", "eth0", "eth1");
    }

    @Test
    void a_dump_that_the_kernel_calls_inconsistent_is_taken_again() {
        byte[] interrupted = message(
                NetlinkCodes.NEW_LINK,
                NetlinkCodes.FLAG_MULTI | NetlinkCodes.FLAG_DUMP_INTERRUPTED,
                1,
                linkBody(1, "lo"));
        kernel.answer(interrupted, done(1, 0)).answer(link(2, 1, "lo"), link(2, 2, "eth0"), done(2, 0));
        assertThat(routes.links()).hasSize(2);
    }

    @Test
    void a_dump_whose_answers_were_dropped_is_taken_again_and_the_rest_of_the_first_skipped() {
        kernel.answer(link(1, 1, "lo")).fail(overrun()).answer(link(1, 7, "stale"), done(1, 0));
        kernel.answer(link(2, 1, "lo"), done(2, 0));
        assertThat(routes.links()).extracting(Link::name).containsExactly("lo");
    }

    @Test
    void a_dump_is_not_taken_again_for_ever() {
        for (int i = 0; i < 8; i++) {
            kernel.fail(overrun());
        }
        assertThatThrownBy(routes::links).hasMessageContaining("ENOBUFS");
    }

    @Test
    void a_dump_can_fail_in_its_last_message() {
        kernel.answer(link(1, 1, "lo"), done(1, 12));
        assertThatThrownBy(routes::links).hasMessageContaining("list links: ENOMEM");
    }

    @Test
    void a_link_is_found_or_not() {
        kernel.answer(link(1, 4, "wl0"));
        assertThat(routes.findLink("wl0")).map(Link::index).contains(4);
        kernel.answer(acknowledgement(2, 19));
        assertThat(routes.findLink("wl0")).isEmpty();
    }

    @Test
    void a_message_longer_than_its_datagram_is_refused() {
        byte[] broken = acknowledgement(1, 0);
        ByteBuffer.wrap(broken).order(ByteOrder.nativeOrder()).putInt(0, 4000);
        kernel.answer(broken);
        assertThatThrownBy(() -> routes.apply(RouteRequest.setUp("lo")))
                .isInstanceOf(MalformedNetlinkException.class)
                .hasMessageContaining("message of 4000 bytes");
    }

    @Test
    void an_attribute_longer_than_its_message_is_refused() {
        byte[] broken = link(1, 1, "lo");
        ByteBuffer.wrap(broken).order(ByteOrder.nativeOrder()).putShort(32, (short) 400);
        assertThatThrownBy(() ->
                        Link.parse(NetlinkReply.parse(ByteBuffer.wrap(broken)).getFirst()))
                .isInstanceOf(MalformedNetlinkException.class)
                .hasMessageContaining("attribute 3 of 400 bytes");
    }

    @Test
    void nested_attributes_are_read_back_as_they_were_written() {
        NetlinkRequest request = new NetlinkRequest(NetlinkCodes.NEW_LINK, 0)
                .bytes(new int[16])
                .attribute(NetlinkCodes.LINK_NAME, "wl0")
                .nested(NetlinkCodes.LINK_INFO, info -> info.attribute(NetlinkCodes.LINK_INFO_KIND, "bridge"));
        Link link = Link.parse(
                NetlinkReply.parse(ByteBuffer.wrap(request.encode(1))).getFirst());
        assertThat(link.name()).isEqualTo("wl0");
        assertThat(link.kind()).isEqualTo(Optional.of("bridge"));
        assertThat(List.of(link.masterIndex())).allMatch(OptionalInt::isEmpty);
    }

    private static byte[] link(int sequence, int index, String name) {
        return message(NetlinkCodes.NEW_LINK, NetlinkCodes.FLAG_MULTI, sequence, linkBody(index, name));
    }

    private static byte[] linkBody(int index, String name) {
        byte[] whole = new NetlinkRequest(0, 0)
                .bytes(0, 0)
                .uint16(0)
                .uint32(index)
                .uint32(1)
                .uint32(0)
                .attribute(NetlinkCodes.LINK_NAME, name)
                .encode(0);
        return Arrays.copyOfRange(whole, 16, whole.length);
    }

    private static byte[] done(int sequence, int errno) {
        byte[] body = ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(-errno)
                .array();
        return message(NetlinkCodes.MESSAGE_DONE, NetlinkCodes.FLAG_MULTI, sequence, body);
    }

    private static SyscallException overrun() {
        return new SyscallException("recvfrom", "", Errno.ENOBUFS);
    }
}
