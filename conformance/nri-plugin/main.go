// A plugin on NRI's own Go stub, for the tests of the daemon: it answers as its script says, and writes down what it hears.
//
// The script is JSON. It comes with Configure, or from a file for a plugin that connects by itself.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"

	"github.com/containerd/nri/pkg/api"
	"github.com/containerd/nri/pkg/stub"
	"google.golang.org/protobuf/encoding/protojson"
)

// script says what the plugin does; the keys of its maps are names of containers.
type script struct {
	// Journal is the file that each event is appended to, as a line of JSON.
	Journal string `json:"journal"`
	// Events are subscribed to; none: all.
	Events []string `json:"events"`
	// Create are answers to CreateContainer, in the JSON form of the message.
	Create map[string]json.RawMessage `json:"create"`
	// Update are answers to UpdateContainer.
	Update map[string]json.RawMessage `json:"update"`
	// Ask are unsolicited UpdateContainersRequests, made once the container has started.
	Ask map[string]json.RawMessage `json:"ask"`
	// Refuse are reasons, by event and name: "StartContainer main".
	Refuse map[string]string `json:"refuse"`
	// Reject is the reason to reject every adjustment that sets this variable: "NAME: reason".
	Reject map[string]string `json:"reject"`
}

// line is one of the journal's.
type line struct {
	Event      string   `json:"event"`
	Pod        string   `json:"pod,omitempty"`
	Container  string   `json:"container,omitempty"`
	Pods       []string `json:"pods,omitempty"`
	Containers []string `json:"containers,omitempty"`
	Failed     []string `json:"failed,omitempty"`
	Detail     string   `json:"detail,omitempty"`
}

type plugin struct {
	stub   stub.Stub
	script script
	lock   sync.Mutex
}

func (p *plugin) write(l line) {
	text, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	file, err := os.OpenFile(p.script.Journal, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if _, err := file.Write(append(text, '\n')); err != nil {
		panic(err)
	}
}

func (p *plugin) hear(event, pod, container string) error {
	p.write(line{Event: event, Pod: pod, Container: container})
	name := container
	if name == "" {
		name = pod
	}
	if reason, ok := p.script.Refuse[event+" "+name]; ok {
		return fmt.Errorf("%s", reason)
	}
	return nil
}

func (p *plugin) Configure(_ context.Context, config, runtime, version string) (api.EventMask, error) {
	if config != "" {
		if err := json.Unmarshal([]byte(config), &p.script); err != nil {
			return 0, err
		}
	}
	p.write(line{Event: "Configure", Detail: runtime + " " + version + " " + p.stub.RequestTimeout().String()})
	return api.ParseEventMask(p.script.Events...)
}

func (p *plugin) Synchronize(_ context.Context, pods []*api.PodSandbox, containers []*api.Container) ([]*api.ContainerUpdate, error) {
	l := line{Event: "Synchronize"}
	for _, pod := range pods {
		l.Pods = append(l.Pods, pod.GetName())
	}
	for _, container := range containers {
		l.Containers = append(l.Containers, container.GetName()+" "+container.GetState().String())
	}
	p.write(l)
	return nil, nil
}

func (p *plugin) Shutdown(context.Context) {
	p.write(line{Event: "Shutdown"})
}

func (p *plugin) RunPodSandbox(_ context.Context, pod *api.PodSandbox) error {
	return p.hear("RunPodSandbox", pod.GetName(), "")
}

func (p *plugin) StopPodSandbox(_ context.Context, pod *api.PodSandbox) error {
	return p.hear("StopPodSandbox", pod.GetName(), "")
}

func (p *plugin) RemovePodSandbox(_ context.Context, pod *api.PodSandbox) error {
	return p.hear("RemovePodSandbox", pod.GetName(), "")
}

func (p *plugin) UpdatePodSandbox(_ context.Context, pod *api.PodSandbox, _, _ *api.LinuxResources) error {
	return p.hear("UpdatePodSandbox", pod.GetName(), "")
}

func (p *plugin) PostUpdatePodSandbox(_ context.Context, pod *api.PodSandbox) error {
	return p.hear("PostUpdatePodSandbox", pod.GetName(), "")
}

func (p *plugin) CreateContainer(_ context.Context, pod *api.PodSandbox, container *api.Container) (*api.ContainerAdjustment, []*api.ContainerUpdate, error) {
	if err := p.hear("CreateContainer", pod.GetName(), container.GetName()); err != nil {
		return nil, nil, err
	}
	answer := &api.CreateContainerResponse{}
	if text, ok := p.script.Create[container.GetName()]; ok {
		if err := protojson.Unmarshal(text, answer); err != nil {
			return nil, nil, err
		}
	}
	return answer.Adjust, answer.Update, nil
}

func (p *plugin) PostCreateContainer(_ context.Context, pod *api.PodSandbox, container *api.Container) error {
	return p.hear("PostCreateContainer", pod.GetName(), container.GetName())
}

func (p *plugin) StartContainer(_ context.Context, pod *api.PodSandbox, container *api.Container) error {
	return p.hear("StartContainer", pod.GetName(), container.GetName())
}

func (p *plugin) PostStartContainer(_ context.Context, pod *api.PodSandbox, container *api.Container) error {
	if text, ok := p.script.Ask[container.GetName()]; ok {
		go p.ask(text)
	}
	return p.hear("PostStartContainer", pod.GetName(), container.GetName())
}

func (p *plugin) ask(text []byte) {
	request := &api.UpdateContainersRequest{}
	l := line{Event: "UpdateContainers"}
	if err := protojson.Unmarshal(text, request); err != nil {
		l.Detail = err.Error()
	} else if failed, err := p.stub.UpdateContainers(request.Update); err != nil {
		l.Detail = err.Error()
	} else {
		for _, update := range failed {
			l.Failed = append(l.Failed, update.GetContainerId())
		}
	}
	p.write(l)
}

func (p *plugin) UpdateContainer(_ context.Context, pod *api.PodSandbox, container *api.Container, _ *api.LinuxResources) ([]*api.ContainerUpdate, error) {
	if err := p.hear("UpdateContainer", pod.GetName(), container.GetName()); err != nil {
		return nil, err
	}
	answer := &api.UpdateContainerResponse{}
	if text, ok := p.script.Update[container.GetName()]; ok {
		if err := protojson.Unmarshal(text, answer); err != nil {
			return nil, err
		}
		for _, update := range answer.Update {
			if update.ContainerId == "" {
				update.ContainerId = container.GetId()
			}
		}
	}
	return answer.Update, nil
}

func (p *plugin) PostUpdateContainer(_ context.Context, pod *api.PodSandbox, container *api.Container) error {
	return p.hear("PostUpdateContainer", pod.GetName(), container.GetName())
}

func (p *plugin) StopContainer(_ context.Context, pod *api.PodSandbox, container *api.Container) ([]*api.ContainerUpdate, error) {
	return nil, p.hear("StopContainer", pod.GetName(), container.GetName())
}

func (p *plugin) RemoveContainer(_ context.Context, pod *api.PodSandbox, container *api.Container) error {
	return p.hear("RemoveContainer", pod.GetName(), container.GetName())
}

func (p *plugin) ValidateContainerAdjustment(_ context.Context, request *api.ValidateContainerAdjustmentRequest) error {
	for _, variable := range request.GetAdjust().GetEnv() {
		if reason, ok := p.script.Reject[variable.GetKey()]; ok {
			owner, _ := request.GetOwners().EnvOwner(request.GetContainer().GetId(), variable.GetKey())
			return fmt.Errorf("%s by %s", reason, owner)
		}
	}
	return nil
}

func main() {
	name := flag.String("name", "", "the plugin's name; without it, what the runtime that starts it says")
	index := flag.String("index", "", "its index, the same")
	socket := flag.String("socket", "", "where the runtime listens")
	file := flag.String("script", "", "the script's file")
	flag.Parse()
	if err := run(*name, *index, *socket, *file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name, index, socket, file string) error {
	p := &plugin{}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &p.script); err != nil {
			return err
		}
	}
	var options []stub.Option
	if name != "" {
		options = append(options, stub.WithPluginName(name), stub.WithPluginIdx(index))
	}
	if socket != "" {
		options = append(options, stub.WithSocketPath(socket))
	}
	made, err := stub.New(p, options...)
	if err != nil {
		return err
	}
	p.stub = made
	return made.Run(context.Background())
}
