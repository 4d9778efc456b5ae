package file

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"example.com/tlslab/pki"
)

// mintable mints every recipe once, and returns the errors of those that cannot be minted.
func mintable(rows []row) error {
	at := time.Now().UTC().Truncate(24 * time.Hour)
	m, err := pki.New(pki.Config{
		Seed: "tlslab scenario files", At: at, Soon: at.Add(time.Hour),
		Responder: "http://127.0.0.1:1", Refused: "http://127.0.0.1:2", // nothing is asked there
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range rows {
		if err := mint(m, r.scenario.ID, r.scenario.Recipe); err != nil && len(errs) < maxErrors {
			errs = append(errs, r.wrong("recipe", "the recipe cannot be minted: "+
				strings.TrimPrefix(err.Error(), "minting "+r.scenario.ID+": ")))
		}
	}
	return errors.Join(errs...)
}

// mint mints a recipe: first with small RSA keys, which are fast to make, and, if that fails, with its own keys.
func mint(m *pki.Minter, id string, r pki.Recipe) (err error) {
	defer func() {
		if trouble := recover(); trouble != nil { // of a cryptographic library, on values that nobody expected
			err = fmt.Errorf("minting %s: %v", id, trouble)
		}
	}()
	fast := reflect.ValueOf(&r).Elem()
	if _, err := m.Mint(id+" fast", withSmallKeys(fast).Interface().(pki.Recipe)); err == nil {
		return nil
	}
	_, err = m.Mint(id, r)
	return err
}

// withSmallKeys returns a deep copy of a value, in which all types of RSA keys are the smallest.
func withSmallKeys(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch {
	case v.Type() == reflect.TypeFor[pki.KeyType]():
		if strings.HasPrefix(v.String(), "rsa-") {
			out.SetString(string(pki.RSA1024))
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(withSmallKeys(v.Field(i)))
			}
		}
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(withSmallKeys(v.Index(i)))
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(withSmallKeys(v.Elem()))
	}
	return out
}
