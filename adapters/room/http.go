package room

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"path"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

//go:embed web
var web embed.FS

var (
	spoken   = []string{"en", "pt-BR", "fr"} // the first is for everybody else
	matcher  = language.NewMatcher([]language.Tag{language.English, language.BrazilianPortuguese, language.French})
	catalogs = sync.OnceValue(loadCatalogs)
)

// maxBody bounds what a page may send at once.
const maxBody = 64 << 10

// contentPolicy lets a page load only what this server has, and run only what is in its own files.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler serves everything below /room/.
func (r *Room) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /room/{$}", r.handlePage)
	mux.HandleFunc("GET /room/enter", r.handleEnter)
	mux.HandleFunc("POST /room/leave", r.handleLeave)
	mux.HandleFunc("GET /room/static/{file...}", handleStatic)
	mux.HandleFunc("GET /room/file/{room}/{message}", r.handleFile)
	mux.HandleFunc("GET /room/api/state", r.handleState)
	mux.HandleFunc("GET /room/api/messages", r.handleMessages)
	mux.HandleFunc("GET /room/api/live", r.handleLive)
	mux.HandleFunc("POST /room/api/{what}", r.handleAct)
	return r.guard(http.NewCrossOriginProtection().Handler(mux))
}

// guard sets what every answer carries, and keeps an open room to this machine: the address must be loopback,
// and so must the name by which the browser found it, or any page could reach it through a name of its own.
func (r *Room) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.cfg.Open && !(loopback(req.RemoteAddr) && loopback(req.Host)) {
			r.refuse(w, errOutside)
			return
		}
		req.Body = http.MaxBytesReader(w, req.Body, maxBody)
		next.ServeHTTP(w, req)
	})
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// handlePage is the page, or how to get in.
func (r *Room) handlePage(w http.ResponseWriter, req *http.Request) {
	if _, ok := r.who(req, ""); !ok && !r.cfg.Open {
		r.note(w, req, http.StatusUnauthorized, "enter_how")
		return
	}
	lang := speaks(req)
	render(w, http.StatusOK, "page.html", lang, catalogs()[lang])
}

// note is a page with one message.
func (r *Room) note(w http.ResponseWriter, req *http.Request, status int, key string) {
	lang := speaks(req)
	words := catalogs()[lang]
	render(w, status, "note.html", lang, map[string]string{
		"Title": words[key+"_title"], "Text": words[key+"_text"], "Code": "sitrep room link NAME",
	})
}

// hole matches {{.name}} in a page, which is filled with a word of its language, and {{.Lang}} with the language.
var hole = regexp.MustCompile(`\{\{\.([A-Za-z_]+)\}\}`)

// render fills a page. It stays away from html/template, whose way of finding methods by name makes the linker keep
// every method of every type in the program. The holes are in text and in quoted attributes only, where escaping is
// the same; a test holds the pages to that.
func render(w http.ResponseWriter, status int, name, lang string, words map[string]string) {
	page, err := web.ReadFile("web/" + name)
	if err != nil {
		panic("room: " + err.Error()) // the pages are part of the program
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(fill(page, lang, words))
}

func fill(page []byte, lang string, words map[string]string) []byte {
	return hole.ReplaceAllFunc(page, func(match []byte) []byte {
		key := string(hole.FindSubmatch(match)[1])
		if key == "Lang" {
			return []byte(html.EscapeString(lang))
		}
		return []byte(html.EscapeString(words[key]))
	})
}

// handleStatic serves the page's own files. They are small, and asked for again each time by their sum.
func handleStatic(w http.ResponseWriter, req *http.Request) {
	name := req.PathValue("file")
	data, err := fs.ReadFile(web, path.Join("web/static", path.Clean("/"+name)))
	if err != nil {
		http.NotFound(w, req)
		return
	}
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", tag)
	if req.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".js" {
		kind = "text/javascript; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(data) //nolint:gosec // the program's own files, whatever the request named
}

// speaks is the language of the page's own words, by what the browser prefers.
func speaks(req *http.Request) string {
	_, at := language.MatchStrings(matcher, req.Header.Get("Accept-Language"))
	return spoken[at]
}

// loadCatalogs reads the page's own words.
func loadCatalogs() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range spoken {
		data, err := web.ReadFile("web/words/" + lang + ".json")
		words := map[string]string{}
		if err == nil {
			err = json.Unmarshal(data, &words)
		}
		if err != nil {
			panic("room: words of " + lang + ": " + err.Error()) // they are part of the program
		}
		all[lang] = words
	}
	return all
}
