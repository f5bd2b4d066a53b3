"""The language model and its recurrent memory: the only package that imports torch.

Importing it sets how OpenMP threads wait, before torch starts them. Threads that spin while
they wait slow a decode loop down about tenfold as soon as anything else runs on the machine.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
