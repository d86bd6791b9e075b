// A relay between the daemon's NRI socket and plugins that suppose themselves alone on the node, as critest's do: some of its hooks refuse
// or hold whatever comes first, and end the whole program when a second pod comes. Events of the pods of one namespace are answered here,
// with nothing to say; everything else, in both directions, goes through. The daemon asks about every pod all the same.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/containerd/nri/pkg/api"
	"github.com/containerd/nri/pkg/net/multiplex"
	"github.com/containerd/ttrpc"
)

// errNotTheirs ends a request that the plugin shall not see.
var errNotTheirs = errors.New("an event of a pod that the plugin shall not see")

type relay struct {
	daemon    string
	namespace string
	answered  atomic.Int64
}

// aboutPod is what all events of pods and containers are.
type aboutPod interface {
	GetPod() *api.PodSandbox
}

func (r *relay) intercept(ctx context.Context, unmarshal ttrpc.Unmarshaler, _ *ttrpc.UnaryServerInfo, forward ttrpc.Method) (any, error) {
	answer, err := forward(ctx, func(request any) error {
		if err := unmarshal(request); err != nil {
			return err
		}
		if event, ok := request.(aboutPod); ok && event.GetPod().GetNamespace() == r.namespace {
			return errNotTheirs
		}
		return nil
	})
	if errors.Is(err, errNotTheirs) {
		r.answered.Add(1)
		// on the wire every answer without content is the same
		return &api.Empty{}, nil
	}
	return answer, err
}

// serve offers the services that register puts into it on one logical connection, until that is closed.
func serve(mux multiplex.Mux, id multiplex.ConnID, register func(*ttrpc.Server), options ...ttrpc.ServerOpt) error {
	listener, err := mux.Listen(id)
	if err != nil {
		return err
	}
	server, err := ttrpc.NewServer(options...)
	if err != nil {
		return err
	}
	register(server)
	go func() {
		_ = server.Serve(context.Background(), listener)
		_ = server.Close()
	}()
	return nil
}

// join connects one plugin with the daemon. When one of them goes, the other's connection is closed too.
func (r *relay) join(plugin net.Conn) error {
	daemon, err := net.Dial("unix", r.daemon)
	if err != nil {
		return err
	}
	toPlugin := multiplex.Multiplex(plugin, multiplex.WithBlockedRead())
	toDaemon := multiplex.Multiplex(daemon, multiplex.WithBlockedRead())
	end := func() {
		_ = toPlugin.Close()
		_ = toDaemon.Close()
	}
	calls := func(mux multiplex.Mux, id multiplex.ConnID) (*ttrpc.Client, error) {
		conn, err := mux.Open(id)
		if err != nil {
			return nil, err
		}
		return ttrpc.NewClient(conn, ttrpc.WithOnClose(end)), nil
	}
	hooks, err := calls(toPlugin, multiplex.PluginServiceConn)
	if err != nil {
		end()
		return err
	}
	requests, err := calls(toDaemon, multiplex.RuntimeServiceConn)
	if err != nil {
		end()
		return err
	}
	err = errors.Join(
		serve(toPlugin, multiplex.RuntimeServiceConn, func(server *ttrpc.Server) {
			api.RegisterRuntimeService(server, api.NewRuntimeClient(requests))
		}),
		serve(toDaemon, multiplex.PluginServiceConn, func(server *ttrpc.Server) {
			api.RegisterPluginService(server, api.NewPluginClient(hooks))
		}, ttrpc.WithUnaryServerInterceptor(r.intercept)))
	if err != nil {
		end()
		return err
	}
	toPlugin.Unblock()
	toDaemon.Unblock()
	return nil
}

func main() {
	listen := flag.String("listen", "", "the socket for plugins")
	r := &relay{}
	flag.StringVar(&r.daemon, "daemon", "", "the daemon's NRI socket")
	flag.StringVar(&r.namespace, "hide", "", "the namespace whose pods plugins shall not see")
	flag.Parse()
	listener, err := net.Listen("unix", *listen)
	if err != nil {
		log.Fatal(err)
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-end
		fmt.Println("answered here:", r.answered.Load())
		os.Exit(0)
	}()
	for {
		plugin, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		if err := r.join(plugin); err != nil {
			log.Print("cannot join a plugin with the daemon: ", err)
			_ = plugin.Close()
		}
	}
}
