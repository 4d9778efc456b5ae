// Command guest is the program that the tests of package image run in containers.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

func main() {
	switch os.Args[1] {
	case "look":
		look(os.Args[2], os.Args[3])
		fmt.Fprintln(os.Stderr, "to stderr")
		os.Exit(7)
	case "wait": // until standard input ends
		say()
		io.Copy(io.Discard, os.Stdin)
	case "stay": // until it is killed
		say()
		time.Sleep(time.Hour)
	}
}

// say writes a word, and a further argument on a line.
func say() {
	fmt.Print("waiting")
	if len(os.Args) > 2 {
		fmt.Println(os.Args[2])
	}
}

// look describes the container.
func look(file, variable string) {
	fmt.Println("uid", os.Getuid())
	data, err := os.ReadFile(file)
	fmt.Printf("file %s%s\n", data, text(err))
	fmt.Printf("%s=%s\n", variable, os.Getenv(variable))
	fmt.Printf("PATH=%s\n", os.Getenv("PATH"))
	if f, err := os.CreateTemp("", ""); err == nil {
		fmt.Println("tmp ok")
		f.Close()
	}
	var errno syscall.Errno
	if err := os.WriteFile("/created", nil, 0o600); errors.As(err, &errno) {
		fmt.Println("root", errno.Error())
	}
	interfaces, _ := net.Interfaces()
	fmt.Print("interfaces")
	for _, i := range interfaces {
		fmt.Print(" ", i.Name)
	}
	fmt.Println()
	for _, host := range []string{"127.0.0.1", "::1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err == nil {
			fmt.Println("listens", host)
			l.Close()
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
