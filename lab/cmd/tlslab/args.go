package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// demand holds a command's arguments to what cobra demands of them, and says in other words what is wrong: cobra's say how
// many arguments there are, and not what they are for.
func demand(args cobra.PositionalArgs, say string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if args(cmd, given) == nil {
			return nil
		}
		return usageError{fmt.Errorf("%s: %s", cmd.Name(), say)}
	}
}

// noArgs refuses arguments, as [cobra.NoArgs], which takes them for commands.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no arguments: unexpected argument %q", cmd.Name(), args[0])}
	}
	return nil
}

// completeFlag has the shell complete the values of a flag.
func completeFlag(cmd *cobra.Command, flag string, values []string) {
	cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// bothGiven finds the flags in cobra's error about two that exclude each other.
var bothGiven = regexp.MustCompile(`\[(\S+) (\S+)\] were all set$`)

// exclusive refuses flags that exclude each other, as cobra would, but as wrong usage and in fewer words.
func exclusive(cmd *cobra.Command, _ []string) error {
	err := cmd.ValidateFlagGroups()
	if err == nil {
		return nil
	}
	if both := bothGiven.FindStringSubmatch(err.Error()); both != nil {
		err = fmt.Errorf("both --%s: give one of the two", strings.Join(both[1:], " and --"))
	}
	return usageError{err}
}
