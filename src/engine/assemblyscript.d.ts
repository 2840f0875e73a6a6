// The integer type of AssemblyScript, for the files in kernels/ that TypeScript reads as well (kernels/contract.ts).
declare type i32 = number;
