// Command stream talks to a kubelet's streaming endpoints by the client library of kubectl.
//
//	stream exec spdy|websocket-v4|websocket-v5 URL          passes its input on, prints what comes, exits as the command did
//	stream forward spdy|websocket URL PORT PATH             gets PATH by HTTP through a forwarded PORT of the pod, prints the body
//
// Kubelet hands the first two kinds of exec on to the runtime as they are, and translates the others to SPDY itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
)

const timeout = 30 * time.Second

// A kubelet without a server's certificate signs one itself.
var config = &rest.Config{TLSClientConfig: rest.TLSClientConfig{Insecure: true}}

func main() {
	err := run(os.Args[1:])
	var exit exec.CodeExitError
	if errors.As(err, &exit) {
		os.Exit(exit.Code)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "stream:", err)
		os.Exit(125)
	}
}

func run(arguments []string) error {
	if len(arguments) < 3 {
		return errors.New("usage: stream exec|forward PROTOCOL URL [PORT PATH]")
	}
	target, err := url.Parse(arguments[2])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	switch {
	case arguments[0] == "exec" && len(arguments) == 3:
		return execute(ctx, arguments[1], target)
	case arguments[0] == "forward" && len(arguments) == 5:
		return forward(ctx, arguments[1], target, arguments[3], arguments[4])
	}
	return fmt.Errorf("unknown command %q, or wrong number of arguments", arguments[0])
}

func execute(ctx context.Context, protocol string, target *url.URL) error {
	executor, err := executorOver(protocol, target)
	if err != nil {
		return err
	}
	options := remotecommand.StreamOptions{Stdout: os.Stdout, Stderr: os.Stderr}
	if target.Query().Get("input") == "1" {
		options.Stdin = os.Stdin
	}
	return executor.StreamWithContext(ctx, options)
}

func executorOver(protocol string, target *url.URL) (remotecommand.Executor, error) {
	switch protocol {
	case "spdy":
		return remotecommand.NewSPDYExecutor(config, http.MethodPost, target)
	case "websocket-v4", "websocket-v5":
		version := protocol[len("websocket-"):] + ".channel.k8s.io"
		return remotecommand.NewWebSocketExecutorForProtocols(config, http.MethodGet, target.String(), version)
	}
	return nil, fmt.Errorf("unknown protocol %q", protocol)
}

func forward(ctx context.Context, protocol string, target *url.URL, port, path string) error {
	dialer, err := dialerOver(protocol, target)
	if err != nil {
		return err
	}
	stop, ready, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	forwarder, err := portforward.New(dialer, []string{":" + port}, stop, ready, io.Discard, os.Stderr)
	if err != nil {
		return err
	}
	go func() { ended <- forwarder.ForwardPorts() }()
	defer close(stop)
	select {
	case <-ready:
	case err = <-ended:
		return fmt.Errorf("the forward ended before it was ready: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		return err
	}
	return get(ctx, fmt.Sprintf("http://localhost:%d%s", ports[0].Local, path))
}

func dialerOver(protocol string, target *url.URL) (httpstream.Dialer, error) {
	switch protocol {
	case "spdy":
		transport, upgrader, err := spdy.RoundTripperFor(config)
		if err != nil {
			return nil, err
		}
		return spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target), nil
	case "websocket":
		return portforward.NewSPDYOverWebsocketDialer(target, config)
	}
	return nil, fmt.Errorf("unknown protocol %q", protocol)
}

func get(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", address, response.Status)
	}
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}
