package prologue

import "strings"

// step is a command and its reply, in protocols with lines.
type step struct {
	send   string
	expect string            // how the last line of the reply begins
	until  func(string) bool // whether a line is the reply's last one; nil if every reply has one line
	offers string            // what a line of the reply must contain if the server does TLS, in capitals
	// refusal says that another reply refuses TLS, instead of showing that this is another protocol.
	refusal bool
}

// lines are the steps of a protocol.
type lines []step

func (l lines) run(c *conn, _ string) error {
	for _, step := range l {
		if err := step.run(c); err != nil {
			return err
		}
	}
	return nil
}

func (s step) run(c *conn) error {
	if s.send != "" {
		if err := c.send(s.send); err != nil {
			return err
		}
	}
	var offered bool
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		offered = offered || strings.Contains(strings.ToUpper(line), s.offers)
		if s.until != nil && !s.until(line) {
			continue
		}
		switch {
		case !strings.HasPrefix(strings.ToUpper(line), strings.ToUpper(s.expect)) && s.refusal:
			return notOffered(line)
		case !strings.HasPrefix(strings.ToUpper(line), strings.ToUpper(s.expect)):
			return unexpected(line)
		case !offered:
			return notOffered(line)
		}
		return nil
	}
}

// lastReply reports whether a line is the last one of a reply with a code of three digits (RFC 5321, section 4.2.1). A
// line of another form is, too: it belongs to another protocol.
func lastReply(line string) bool {
	return len(line) < 4 || line[3] != '-'
}

// tagged returns a function that reports whether a line completes the command with a tag. Lines with data begin with
// an asterisk (RFC 3501, section 2.2.2).
func tagged(tag string) func(string) bool {
	return func(line string) bool { return strings.HasPrefix(line, tag) || !strings.HasPrefix(line, "* ") }
}

// sieveReply reports whether a line is the last one of a reply of ManageSieve (RFC 5804, section 1.3). Lines with
// capabilities begin with a quotation mark.
func sieveReply(line string) bool { return !strings.HasPrefix(line, "\"") }
