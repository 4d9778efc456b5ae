package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	driver "go.mongodb.org/mongo-driver/v2/mongo/options"

	"example.com/tlslab/lab/internal/ports"
)

// shell is the program when it is called mongosh. It has as much of MongoDB's shell as a health check needs:
// the TLS options and the command ping.
func shell(ctx context.Context, args []string, out io.Writer) int {
	if err := ping(ctx, args); err != nil {
		fmt.Fprintln(out, err)
		return exitFail
	}
	fmt.Fprintln(out, 1)
	return exitClean
}

// ping checks whether a server answers.
func ping(ctx context.Context, args []string) error {
	f := pflag.NewFlagSet("mongosh", pflag.ContinueOnError)
	host := f.String("host", "localhost", "")
	port := f.Int("port", ports.MongoDB, "")
	eval := f.String("eval", "", "")
	secure := f.Bool("tls", false, "")
	ca := f.String("tlsCAFile", "", "")
	key := f.String("tlsCertificateKeyFile", "", "")
	anyChain := f.Bool("tlsAllowInvalidCertificates", false, "")
	anyHost := f.Bool("tlsAllowInvalidHostnames", false, "")
	f.Bool("quiet", false, "")
	switch err := f.Parse(args); {
	case err != nil:
		return err
	case !strings.Contains(*eval, "ping"):
		return errors.New("this is not MongoDB's shell: --eval supports only db.adminCommand('ping')")
	}
	// The driver cannot skip only the check of the chain, so either option skips all checks.
	uri := url.URL{Scheme: "mongodb", Host: net.JoinHostPort(*host, strconv.Itoa(*port)), Path: "/"}
	q := url.Values{"directConnection": {"true"}, "serverSelectionTimeoutMS": {"5000"}}
	if *secure {
		q.Set("tls", "true")
		q.Set("tlsInsecure", strconv.FormatBool(*anyChain || *anyHost))
	}
	for option, file := range map[string]string{"tlsCAFile": *ca, "tlsCertificateKeyFile": *key} {
		if file != "" {
			q.Set(option, file)
		}
	}
	uri.RawQuery = q.Encode()
	client, err := mongo.Connect(driver.Client().ApplyURI(uri.String()))
	if err != nil {
		return err
	}
	defer client.Disconnect(context.WithoutCancel(ctx))
	return client.Database("admin").RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err()
}
