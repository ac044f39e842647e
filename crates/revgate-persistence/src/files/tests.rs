mod disk;
mod faults;
mod limits;
mod patience;
