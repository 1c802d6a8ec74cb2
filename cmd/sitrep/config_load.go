package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/strict"
)

// configFile is what is said about a config as a file.
var configFile = strict.Options{What: "one config", Start: "a config; config.example.yaml is one to start from"}

// load reads and checks a config with everything that it names. The error holds all problems, one on a line.
func (p *program) load(file string) (settings, error) {
	data, err := readConfig(file)
	if err != nil {
		return settings{}, err
	}
	c := &checker{program: p, file: file, dir: filepath.Dir(file)}
	c.config = defaultConfig()
	c.Reader = strict.Read(file, data, &c.config, configFile)
	c.reveal()
	c.check()
	if err := errors.Join(c.Problems().Err(), errors.Join(c.books...)); err != nil {
		return settings{}, err
	}
	c.Data = within(c.dir, c.Data)
	return c.settings, nil
}

// dataOf reads a config as far as needed to find its data folder: whoever reads the log need not know the tokens.
func (p *program) dataOf(file string) (folder, error) {
	data, err := readConfig(file)
	if err != nil {
		return "", err
	}
	cfg := defaultConfig()
	r := strict.Read(file, data, &cfg, configFile)
	var ours strict.Problems
	for _, problem := range r.Problems() {
		if problem.Path == "" || problem.Path == "data" {
			ours = append(ours, problem)
		}
	}
	if len(ours) > 0 {
		return "", ours
	}
	dir, what, fix := p.expand(cfg.Data)
	if what != "" {
		r.Wrong("data", what, fix)
		return "", r.Problems().Err()
	}
	return folder(within(filepath.Dir(file), dir)), nil
}

// maxConfig is the largest config that is read.
const maxConfig = 1 << 20

func readConfig(file string) ([]byte, error) {
	in, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, hinted(fmt.Errorf("read config: %w", err), "config.example.yaml is one to start from")
	}
	defer func() { _ = in.Close() }()
	data, err := io.ReadAll(io.LimitReader(in, maxConfig))
	if err != nil {
		return nil, fmt.Errorf("read config: %w", err)
	}
	return data, nil
}

// checker holds a config that was read against the rules that no type can express.
type checker struct {
	*program
	*strict.Reader
	settings
	file, dir string
	books     []error // playbooks that are wrong in themselves
}

var environment = regexp.MustCompile(`\$\{([^}]*)\}`)

// expand puts the environment's values into a text. When one is missing, what and fix say so.
func (p *program) expand(text string) (expanded, what, fix string) {
	expanded = environment.ReplaceAllStringFunc(text, func(match string) string {
		name := strings.TrimSuffix(strings.TrimPrefix(match, "${"), "}")
		value, ok := p.env(name)
		if !ok && what == "" {
			what = fmt.Sprintf("the environment has no variable %s", name)
			fix = fmt.Sprintf("export %s=… before you start sitrep", name)
		}
		return value
	})
	return expanded, what, fix
}

// maxSecret is the largest secret that is read from a file.
const maxSecret = 64 << 10

// reveal is a secret as it was meant: as it is, out of the environment, or out of a file. A relative path starts at
// dir.
func (p *program) reveal(text, dir string) (value, what, fix string) {
	if value, what, fix = p.expand(text); what != "" {
		return "", what, fix
	}
	path, ok := strings.CutPrefix(value, "file:")
	if !ok {
		return value, "", ""
	}
	path = within(dir, path)
	in, err := os.Open(path)
	if err != nil {
		return "", fmt.Sprintf("no secret can be read from %s", path), "the path of a file that the bot's user may read"
	}
	defer func() { _ = in.Close() }()
	data, err := io.ReadAll(io.LimitReader(in, maxSecret))
	if value = strings.TrimSpace(string(data)); err != nil || value == "" {
		return "", fmt.Sprintf("%s holds no secret", path), "the path of a file with the secret in it"
	}
	return value, "", ""
}

// reveal replaces what stands for the environment and for files by what it stands for.
func (c *checker) reveal() { c.revealIn(reflect.ValueOf(&c.config).Elem(), "") }

var secretType = reflect.TypeFor[secret]()

func (c *checker) revealIn(v reflect.Value, key string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.revealIn(v.Elem(), key)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			c.revealIn(v.Field(i), below(key, name))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(k))
			c.revealIn(value, below(key, k.String()))
			v.SetMapIndex(k, value)
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.revealIn(v.Index(i), below(key, fmt.Sprint(i)))
		}
	case reflect.String:
		c.revealText(v, key)
	default: // nothing in it can be written by name
	}
}

func (c *checker) revealText(v reflect.Value, key string) {
	var text, what, fix string
	if v.Type() == secretType {
		text, what, fix = c.program.reveal(v.String(), c.dir)
	} else {
		text, what, fix = c.expand(v.String())
	}
	if what != "" {
		c.Wrong(key, what, fix)
		c.Spoil(key)
		return
	}
	v.SetString(text)
}

func below(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// bookOf loads a playbook that the config names at a key.
func (c *checker) bookOf(key, name string) *playbook.Playbook {
	book, err := loadPlaybook(name, c.dir)
	var wrong playbook.Problems
	var t *trouble
	switch {
	case errors.As(err, &wrong):
		c.books = append(c.books, wrong)
	case errors.As(err, &t):
		c.Wrong(key, t.Error(), t.hint)
	case err != nil:
		c.Wrong(key, err.Error(), "")
	}
	return book
}
