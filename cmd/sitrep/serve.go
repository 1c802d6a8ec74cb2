package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Limits of the HTTP server. The adapters keep tighter ones of their own.
const (
	maxBody       = 1 << 20
	maxHeader     = 64 << 10
	headerPatient = 5 * time.Second
	bodyPatient   = 15 * time.Second
	idlePatient   = 2 * time.Minute
	goodbye       = 2 * time.Second
)

// doors are what the HTTP server leads to. Handlers that are nil are not there.
type doors struct {
	ready    func(context.Context) error
	registry *prometheus.Registry
	under    map[string]http.Handler // by the path they begin with: "/slack/"
	home     string                  // where "/" leads
}

// handler is the whole HTTP surface.
func (d doors) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", d.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(d.registry, promhttp.HandlerOpts{}))
	for prefix, handler := range d.under {
		mux.Handle(prefix, limited(handler))
	}
	if d.home != "" {
		mux.Handle("GET /{$}", http.RedirectHandler(d.home, http.StatusFound))
	}
	return mux
}

func (d doors) readyz(w http.ResponseWriter, r *http.Request) {
	if err := d.ready(r.Context()); err != nil {
		text(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	text(w, http.StatusOK, "ready")
}

func text(w http.ResponseWriter, code int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = fmt.Fprintln(w, words) //nolint:gosec // plain text, which no browser takes for a page; nobody is there to be told when it fails
}

// limited keeps a body short and its sender quick. It lets answers take their time, because pages listen for
// news as long as they are open.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			// A connection that cannot have a deadline is one of a test.
			_ = http.NewResponseController(w).SetReadDeadline(machineClock().Now().Add(bodyPatient))
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// listenOn takes an address.
func listenOn(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, hinted(fmt.Errorf("listen on %s: %w", address, err),
			"is another program using this address? Take another one, such as 127.0.0.1:0")
	}
	return listener, nil
}

// site is an HTTP server on one listener.
type site struct {
	listener net.Listener
	handler  http.Handler
}

// serve answers until ctx ends, lets requests that have begun end for a while, and cuts off the rest. It lets the
// listener go, and returns an error only when it had to stop by itself.
func (s site) serve(ctx context.Context) error {
	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: headerPatient, IdleTimeout: idlePatient, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(s.listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", s.listener.Addr(), err)
	case <-ctx.Done():
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	if server.Shutdown(leaving) != nil {
		_ = server.Close() // whoever is still there has had the time to go
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", s.listener.Addr(), err)
	}
	return nil
}

// isAddress tells whether somebody can listen there: a host, which may be empty, and the number of a port.
func isAddress(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || strings.ContainsAny(host, "/ ") {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// loopback tells whether an address can be reached from this machine only.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}
