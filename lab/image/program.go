package image

import (
	"archive/tar"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// ProgramVariable is the environment variable that names the program to copy into containers: a static tlslab for
// Linux.
const ProgramVariable = "TLSLAB_BINARY"

// LabImage is the lab's own image, as lab/Dockerfile says how to build it. If this program cannot run in containers,
// the one in that image is used.
const LabImage = "tlslab"

const (
	programName = "tlslab"
	inLabImage  = "/bin/tlslab"
)

// machines are the architectures of images, with their names in ELF.
var machines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "386": elf.EM_386, "arm": elf.EM_ARM, "riscv64": elf.EM_RISCV,
	"ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390, "loong64": elf.EM_LOONGARCH,
}

// program returns the program to copy into a container for a platform, which the caller must close: the one in
// [ProgramVariable], or this one if it can run there, or the one in [LabImage].
func (r *Runner) program(ctx context.Context, system, arch string) (*os.File, error) {
	if system != "linux" {
		return nil, fmt.Errorf("it is for %s/%s: tlslab runs in images for Linux", system, arch)
	}
	if named := os.Getenv(ProgramVariable); named != "" {
		f, err := open(named, arch)
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", ProgramVariable, named, err)
		}
		return f, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f, unfit := open(self, arch)
	if unfit == nil {
		return f, nil
	}
	f, err = r.fromLabImage(ctx, arch)
	if err == nil {
		return f, nil
	}
	return nil, fmt.Errorf("%w, and image %s cannot replace it: %w: build a static one with "+
		"CGO_ENABLED=0 GOOS=linux GOARCH=%s go build -tags ferretdb_no_postgresql -o tlslab-linux ./lab/cmd/tlslab "+
		"and set %s to its path, or build the image with docker build -f lab/Dockerfile -t %s .",
		unfit, LabImage, err, arch, ProgramVariable, LabImage)
}

// open opens a program if it can run in any image for Linux on an architecture.
func open(name, arch string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if err := fits(f, arch); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// fits returns an error if a program is not a static one for Linux on an architecture.
func fits(f io.ReaderAt, arch string) error {
	e, err := elf.NewFile(f)
	if err != nil {
		return errors.New("this tlslab is no program for Linux")
	}
	if want, known := machines[arch]; !known || e.Machine != want {
		return fmt.Errorf("this tlslab is for %s, but the image for %s", e.Machine, arch)
	}
	for _, p := range e.Progs {
		if p.Type == elf.PT_INTERP {
			return errors.New("this tlslab is not static, so it needs libraries that images may lack")
		}
	}
	return nil
}

// fromLabImage returns the program of the lab's own image, as a file in the directory of the runner's lock.
func (r *Runner) fromLabImage(ctx context.Context, arch string) (_ *os.File, err error) {
	config, err := r.inspect(ctx, LabImage)
	switch {
	case errdefs.IsNotFound(err):
		return nil, errors.New("it is not on this machine")
	case err != nil:
		return nil, err
	case config.arch != arch:
		return nil, fmt.Errorf("it is for %s", config.arch)
	}
	created, err := r.client.ContainerCreate(ctx, r.request(LabImage, config, nil)) // it is never started
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.remove(context.WithoutCancel(ctx), created.ID)) }()
	from, err := r.client.CopyFromContainer(ctx, created.ID, client.CopyFromContainerOptions{SourcePath: inLabImage})
	if err != nil {
		return nil, err
	}
	defer from.Content.Close()
	archive := tar.NewReader(from.Content)
	if _, err := archive.Next(); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(r.lock.Path(), programName)
	if err != nil {
		return nil, err
	}
	if _, err = io.Copy(f, archive); err == nil {
		err = fits(f, arch)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// copy copies the program and files into a container.
func (r *Runner) copy(ctx context.Context, id string, program *os.File, files []File) error {
	info, err := program.Stat()
	if err != nil {
		return err
	}
	in, out := io.Pipe()
	go func() {
		w := tar.NewWriter(out)
		err := w.WriteHeader(&tar.Header{Name: programName, Mode: 0o755, Size: info.Size()})
		if err == nil {
			_, err = io.Copy(w, io.NewSectionReader(program, 0, info.Size()))
		}
		for _, f := range files {
			head := tar.Header{Name: path.Base(f.Name), Mode: 0o644, Size: int64(len(f.Data))}
			err = errors.Join(err, w.WriteHeader(&head))
			_, writing := w.Write(f.Data)
			err = errors.Join(err, writing)
		}
		out.CloseWithError(errors.Join(err, w.Close()))
	}()
	defer in.Close()
	_, err = r.client.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: Folder, Content: in})
	return err
}
