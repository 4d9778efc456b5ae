package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/tlslab/scenarios/near"
)

// flagError returns the error for a wrong flag. It suggests what was probably meant.
func flagError(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		invalid *pflag.InvalidValueError
		hint    string
	)
	switch {
	case errors.As(err, &unknown):
		word := unknown.GetSpecifiedShortnames() // -json is parsed as four of them
		if word == "" {
			word = unknown.GetSpecifiedName()
		}
		hint = near.Hint("--"+word, flagNames(c))
	case errors.As(err, &invalid) && invalid.GetFlag().Value.Type() == "duration":
		if _, wrong := time.ParseDuration(invalid.GetValue() + "s"); wrong != nil {
			return usageError{fmt.Errorf("%w: want a number with its unit, for example 10s (see %s --help)",
				err, c.CommandPath())}
		}
		return usageError{fmt.Errorf("--%s %s has no unit%s",
			invalid.GetFlag().Name, invalid.GetValue(), near.Did(invalid.GetValue()+"s"))}
	}
	return usageError{fmt.Errorf("%w%s (see %s --help)", err, hint, c.CommandPath())}
}

// flagNames returns the flags of a command, with their dashes.
func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}

// unknownCommand is the error for a command that does not exist.
func unknownCommand(parent *cobra.Command, name string) error {
	var known []string
	for _, c := range parent.Commands() {
		known = append(known, c.Name())
	}
	return usageError{fmt.Errorf("unknown command %q%s (see %s --help)",
		name, near.Hint(name, known), parent.CommandPath())}
}

// helpTopic checks that the arguments of help name a command.
func helpTopic(help *cobra.Command, args []string) error {
	if c, rest, err := help.Root().Find(args); err == nil && len(rest) > 0 {
		return unknownCommand(c, rest[0])
	}
	return nil
}

// strict makes a command that only has subcommands refuse unknown ones, for which cobra would print its help.
func strict(c *cobra.Command) {
	c.Args = cobra.ArbitraryArgs // otherwise cobra's own error comes first
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(c, args[0])
		}
		return c.Help()
	}
}
