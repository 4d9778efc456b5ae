package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// demand checks a command's arguments as cobra does, but with our own error: cobra's says how many arguments there are,
// and not what they are for.
func demand(args cobra.PositionalArgs, say string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if args(cmd, given) == nil {
			return nil
		}
		return usageError{fmt.Errorf("%s: %s", cmd.Name(), say)}
	}
}

// noArgs refuses arguments. [cobra.NoArgs] does too, but calls them unknown commands.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no arguments: unexpected argument %q", cmd.Name(), args[0])}
	}
	return nil
}

// completeFlag makes the shell complete the values of a flag.
func completeFlag(cmd *cobra.Command, flag string, values []string) {
	cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// bothGiven finds the flags in cobra's error about two flags that exclude each other.
var bothGiven = regexp.MustCompile(`\[(\S+) (\S+)\] were all set$`)

// exclusive refuses flags that exclude each other. Cobra would do so too, but in more words and not as wrong usage.
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
