/* tcx in <linux/bpf.h> (6.6), for headers older than the kernel: enums there. */
#ifndef PLIMSOLL_UAPI_TCX_H
#define PLIMSOLL_UAPI_TCX_H

#define PLIMSOLL_BPF_TCX_INGRESS 46 /* enum bpf_attach_type */
#define PLIMSOLL_TCX_PASS        0  /* what a program answers */
#define PLIMSOLL_TCX_DROP        2

#endif
