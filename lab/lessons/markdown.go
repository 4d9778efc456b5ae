package lessons

import (
	"bytes"
	"html/template"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"example.com/tlslab/lab/lang"
)

// The lessons' Markdown is CommonMark with tables and without raw HTML. These fenced blocks have a meaning:
//
//	```predict       a question, a line of three dashes, and the answer, which is folded
//	```hint NAME ... a hint, which is folded, and the findings of lab/lessons/check that it helps with;
//	                 hints are at the end of a lesson, the vaguest first
//	```sh run ...    a command that works word for word; after run: exit=N and needs=NAME,NAME
//	```text says     after such a command: each line is part of a line of its output
const (
	blockPredict = "predict"
	blockHint    = "hint"
	foldLine     = "---"
)

// Command is a command that a lesson's reader runs, exactly as written.
type Command struct {
	Text  string   // for a shell; may have several lines
	Exit  string   // its exit status, "0" unless the lesson says otherwise
	Needs []string // programs that it needs besides tlslab
	Says  []string // its output: each is part of a line
}

// Hint is a hint for a learner who is stuck.
type Hint struct {
	Text  string
	About []string // what it helps with: names of lab/lessons/check's findings
}

// parsed is a lesson's parsed prose.
type parsed struct {
	title    string
	hints    []Hint
	headings []int // their levels, in order
	commands []Command
}

// text parses a lesson's prose.
func (l *Lesson) text(in lang.Tag) parsed {
	return take(l.Markdown(in))
}

// Commands returns the commands that the lesson's reader runs, in order.
func (l *Lesson) Commands(in lang.Tag) []Command { return l.text(in).commands }

func take(source []byte) parsed {
	var p parsed
	doc := parser(lang.English).Parser().Parse(text.NewReader(source))
	ran := false // the block before was a command
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			p.headings = append(p.headings, n.Level)
			if n.Level == 1 && p.title == "" {
				p.title = string(n.Lines().Value(source))
			}
		case *ast.FencedCodeBlock:
			fields := info(n, source)
			body := string(n.Lines().Value(source))
			switch {
			case slices.Contains(fields, blockHint):
				p.hints = append(p.hints, Hint{Text: strings.Join(strings.Fields(body), " "), About: fields[1:]})
			case slices.Contains(fields, "run"):
				p.commands = append(p.commands, command(fields, body))
				ran = true
				continue
			case ran && slices.Contains(fields, "says"):
				p.commands[len(p.commands)-1].Says = strings.Split(strings.TrimSpace(body), "\n")
			}
		}
		ran = false
	}
	return p
}

// info returns the words of a fence's info string.
func info(n *ast.FencedCodeBlock, source []byte) []string {
	if n.Info == nil {
		return nil
	}
	return strings.Fields(string(n.Info.Value(source)))
}

func command(fields []string, body string) Command {
	c := Command{Text: strings.TrimSpace(body), Exit: "0"}
	for _, field := range fields {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "exit":
			c.Exit = value
		case "needs":
			c.Needs = strings.Split(value, ",")
		}
	}
	return c
}

// HTML returns the lesson's prose for a page. All HTML in it comes from Markdown.
func (l *Lesson) HTML(in lang.Tag) template.HTML { return HTML(l.Markdown(in), in) }

// HTML renders prose in the lessons' Markdown.
func HTML(source []byte, in lang.Tag) template.HTML {
	var b bytes.Buffer
	if err := parser(in).Convert(source, &b); err != nil {
		panic("lessons: " + err.Error()) // a bytes.Buffer never fails
	}
	return template.HTML(b.String())
}

// parser returns the Markdown converter for a language.
func parser(in lang.Tag) goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Table),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(&folder{words: foldWords[in]}, 100))))
}

// foldWords are the labels of folded blocks.
var foldWords = map[lang.Tag]struct{ answer, hint string }{
	lang.English: {"The answer", "A hint"},
	lang.Chinese: {"答案", "提示"},
}

// folder renders fenced blocks: those with a meaning as <details>, others as code.
type folder struct {
	html.Config
	words struct{ answer, hint string }
}

func (f *folder) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, f.render)
}

func (f *folder) render(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.FencedCodeBlock)
	fields := info(n, source)
	body := n.Lines().Value(source)
	switch {
	case slices.Contains(fields, blockPredict):
		question, answer := fold(string(body))
		w.WriteString("<div class=\"predict\">\n")
		if err := f.nested(w, question); err != nil {
			return ast.WalkStop, err
		}
		if err := f.details(w, f.words.answer, answer); err != nil {
			return ast.WalkStop, err
		}
		w.WriteString("</div>\n")
	case slices.Contains(fields, blockHint):
		if err := f.details(w, f.words.hint, string(body)); err != nil {
			return ast.WalkStop, err
		}
	default:
		class, mark := kindOf(fields)
		w.WriteString(`<pre class="` + class + `"><code>`)
		if class == "command" {
			mark = "" // a page's code is copied, so it has no mark
		}
		w.Write(util.EscapeHTML([]byte(marked(string(body), mark))))
		w.WriteString("</code></pre>\n")
	}
	return ast.WalkSkipChildren, nil
}

// kindOf returns the kind of a code block, and the mark before each of its lines on a terminal.
func kindOf(fields []string) (class, mark string) {
	switch {
	case slices.Contains(fields, "sh"):
		return "command", "$ "
	case slices.Contains(fields, "says"):
		return "output", "… " // each is part of a line
	}
	return "output", ""
}

// marked puts a mark before each line.
func marked(body, mark string) string {
	return mark + strings.ReplaceAll(strings.TrimRight(body, "\n"), "\n", "\n"+mark) + "\n"
}

func (f *folder) details(w util.BufWriter, summary, body string) error {
	w.WriteString("<details><summary>" + template.HTMLEscapeString(summary) + "</summary>\n")
	if err := f.nested(w, body); err != nil {
		return err
	}
	w.WriteString("</details>\n")
	return nil
}

// nested renders prose inside a block.
func (f *folder) nested(w util.BufWriter, body string) error {
	return goldmark.New(goldmark.WithExtensions(extension.Table)).Convert([]byte(body), w)
}

// fold separates a question from its answer.
func fold(body string) (question, answer string) {
	question, answer, _ = strings.Cut(body, "\n"+foldLine+"\n")
	return strings.TrimSpace(question), strings.TrimSpace(answer)
}

// Terminal renders prose for a terminal that is width columns wide. Markdown is readable there, so it stays
// as it is. Commands and their output are not wrapped; with a width of zero, nothing is. Hints are left out,
// and so are answers unless requested.
func Terminal(source []byte, answers bool, width int) string {
	var b strings.Builder
	doc := parser(lang.English).Parser().Parse(text.NewReader(source))
	from := 0
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		block, ok := n.(*ast.FencedCodeBlock)
		if !ok || block.Lines().Len() == 0 {
			continue
		}
		fields := info(block, source)
		start := bytes.LastIndex(source[:block.Lines().At(0).Start], []byte("```"))
		last := block.Lines().At(block.Lines().Len() - 1).Stop
		end := last + bytes.Index(source[last:], []byte("```")) + len("```")
		b.Write(source[from:start])
		from = end
		body := string(block.Lines().Value(source))
		switch {
		case slices.Contains(fields, blockHint):
		case slices.Contains(fields, blockPredict):
			question, answer := fold(body)
			b.WriteString("> " + strings.ReplaceAll(question, "\n", "\n> "))
			if answers {
				b.WriteString("\n>\n> " + strings.ReplaceAll(answer, "\n", "\n> "))
			}
		default:
			_, mark := kindOf(fields)
			b.WriteString(strings.TrimRight(marked(body, "    "+mark), "\n"))
		}
	}
	b.Write(source[from:])
	return laid(strings.TrimSpace(b.String()), width) + "\n"
}
